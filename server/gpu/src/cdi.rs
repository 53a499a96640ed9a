//! The little of a CDI spec that a decision needs: its kind, its device names, and the
//! driver version in the names of the libraries it mounts. JSON is parsed; of YAML only
//! the lines that nvidia-ctk, amd-ctk and people write are read.

use std::sync::OnceLock;

use regex::Regex;

use crate::facts::CdiSpec;

/// Reads a spec file's text. `None`: it has no kind.
pub fn read(path: &str, text: &str) -> Option<CdiSpec> {
    let (kind, devices) = match text.trim_start().starts_with('{') {
        true => from_json(text)?,
        false => from_yaml(text)?,
    };
    Some(CdiSpec {
        path: path.to_owned(),
        kind,
        devices,
        driver: driver_version(text),
    })
}

fn driver_version(text: &str) -> Option<String> {
    static PATTERN: OnceLock<Regex> = OnceLock::new();
    let pattern = PATTERN.get_or_init(|| {
        Regex::new(r"lib(?:cuda|nvidia-ml)\.so\.(\d+\.\d+(?:\.\d+)?)").expect("a valid pattern")
    });
    Some(pattern.captures(text)?.get(1)?.as_str().to_owned())
}

fn from_json(text: &str) -> Option<(String, Vec<String>)> {
    let spec: serde_json::Value = serde_json::from_str(text).ok()?;
    let kind = spec.get("kind")?.as_str()?.to_owned();
    let devices = match spec.get("devices").and_then(serde_json::Value::as_array) {
        Some(devices) => devices
            .iter()
            .filter_map(|device| Some(device.get("name")?.as_str()?.to_owned()))
            .collect(),
        None => Vec::new(),
    };
    Some((kind, devices))
}

fn from_yaml(text: &str) -> Option<(String, Vec<String>)> {
    let mut kind = None;
    let mut devices = Vec::new();
    let mut in_devices = false;
    // Columns of the list's dash, and of its items' keys.
    let mut dash_column = None;
    let mut key_column = None;
    for line in text.lines() {
        let content = line.trim_start();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let column = line.len() - content.len();
        let is_item = content.starts_with("- ");
        if column == 0 && !is_item {
            in_devices = content.trim_end() == "devices:";
            if let Some(value) = content.strip_prefix("kind:") {
                kind = Some(scalar(value));
            }
            continue;
        }
        if !in_devices {
            continue;
        }

        let mut key = content;
        let mut column = column;
        if is_item && dash_column.is_none_or(|dash| dash == column) {
            dash_column = Some(column);
            key = content[1..].trim_start();
            column += content.len() - key.len();
            key_column = Some(column);
        }
        if key_column == Some(column)
            && let Some(value) = key.strip_prefix("name:")
        {
            devices.push(scalar(value));
        }
    }
    Some((kind?, devices))
}

/// A plain or quoted scalar; a comment after it is dropped.
fn scalar(value: &str) -> String {
    let value = value.trim();
    for quote in ['"', '\''] {
        if let Some(rest) = value.strip_prefix(quote) {
            return rest.split(quote).next().unwrap_or_default().to_owned();
        }
    }
    value
        .split(" #")
        .next()
        .unwrap_or_default()
        .trim()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Expect) {
        let said = match read("/etc/cdi/x", text) {
            Some(spec) => format!("{} {:?} {:?}", spec.kind, spec.devices, spec.driver),
            None => "no spec".to_owned(),
        };
        expect.assert_eq(&said);
    }

    #[test]
    fn json() {
        check(
            r#"{"cdiVersion":"0.5.0","kind":"nvidia.com/gpu","devices":[{"name":"0"},{"name":"all"}]}"#,
            expect![[r#"nvidia.com/gpu ["0", "all"] None"#]],
        );
        check(r#"{"cdiVersion":"0.5.0","#, expect!["no spec"]);
        check("{}", expect!["no spec"]);
    }

    #[test]
    fn yaml_as_the_toolkit_writes_it() {
        check(
            r#"---
cdiVersion: 0.5.0
containerEdits:
  env:
  - NVIDIA_VISIBLE_DEVICES=void
  mounts:
  - hostPath: /usr/lib/x86_64-linux-gnu/libcuda.so.535.161.08
    containerPath: /usr/lib/x86_64-linux-gnu/libcuda.so.535.161.08
devices:
- containerEdits:
    deviceNodes:
    - path: /dev/nvidia0
      name: not-a-device
  name: "0"
- containerEdits:
    hooks:
    - hookName: createContainer
  name: 'GPU-1'
- name: all # every one
  containerEdits: {}
kind: nvidia.com/gpu
"#,
            expect![[r#"nvidia.com/gpu ["0", "GPU-1", "all"] Some("535.161.08")"#]],
        );
    }

    #[test]
    fn yaml_as_people_indent_it() {
        check(
            "kind: \"amd.com/gpu\"\ndevices:\n    -   name: gpu0\n        containerEdits:\n            deviceNodes:\n                - path: /dev/kfd\n                  name: x\n    -   name: gpu1\nother:\n    - name: no\n",
            expect![[r#"amd.com/gpu ["gpu0", "gpu1"] None"#]],
        );
        check("", expect!["no spec"]);
        check("devices:\n-\n- name:\n", expect!["no spec"]);
    }
}
