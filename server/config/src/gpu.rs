//! Reads how a GPU is asked for: `--gpus`, `hostRequirements.gpu`, and our own `gpu` setting.

use crate::model::{GpuDevices, GpuNeed, GpuWish};
use crate::units;

/// A wish for every GPU.
pub(crate) fn wish(need: GpuNeed) -> GpuWish {
    GpuWish {
        need,
        devices: GpuDevices::All,
        capabilities: Vec::new(),
        memory_bytes: None,
    }
}

/// What `docker run --gpus` takes, and `required`, `optional`, `none` besides. What names devices is required:
/// whoever asks for a GPU by number wants it.
pub(crate) fn parse(text: &str) -> Result<GpuWish, String> {
    match text.trim() {
        "required" | "true" => return Ok(wish(GpuNeed::Required)),
        "optional" => return Ok(wish(GpuNeed::Optional)),
        "none" | "false" | "0" => return Ok(wish(GpuNeed::None)),
        _ => {}
    }
    let mut wish = wish(GpuNeed::Required);
    let mut ids: Vec<String> = Vec::new();
    let mut count = None;
    let mut in_device = false;
    for field in units::fields(text.trim())? {
        let (key, value) = match field.split_once('=') {
            Some((key, value)) => (key.trim().to_owned(), value.trim().to_owned()),
            // A shell takes the quotes of `--gpus '"device=0,1"'` away; what is left means the same.
            None if in_device => ("device".to_owned(), field.trim().to_owned()),
            None => ("count".to_owned(), field.trim().to_owned()),
        };
        in_device = key == "device";
        match key.as_str() {
            "count" if value == "all" || value == "-1" => count = Some(GpuDevices::All),
            "count" => match value.parse() {
                Ok(number) => count = Some(GpuDevices::Count { count: number }),
                Err(_) => return Err(expected(text)),
            },
            "device" if value == "all" => count = Some(GpuDevices::All),
            "device" => ids.extend(list(&value)),
            "capabilities" => wish.capabilities = capabilities(&value),
            "driver" if value == "nvidia" || value == "cdi" => {}
            "driver" => {
                return Err(format!(
                    "the driver `{value}` is not known; expected `nvidia`"
                ));
            }
            "options" => {}
            _ => return Err(expected(text)),
        }
    }
    wish.devices = match (count, ids.is_empty()) {
        (Some(_), false) => {
            return Err("both a count and devices are named; expected one of them".to_owned());
        }
        (Some(GpuDevices::Count { count: 0 }), _) => return Ok(self::wish(GpuNeed::None)),
        (Some(devices), true) => devices,
        (None, false) => GpuDevices::Ids { ids },
        // `--gpus capabilities=utility` is one GPU for docker.
        (None, true) => GpuDevices::Count { count: 1 },
    };
    Ok(wish)
}

/// What `NVIDIA_VISIBLE_DEVICES` says; `None`: nothing that is a wish.
pub(crate) fn from_visible_devices(value: &str) -> Option<GpuWish> {
    match value.trim() {
        "" => None,
        "none" | "void" => Some(wish(GpuNeed::None)),
        "all" => Some(wish(GpuNeed::Required)),
        devices => Some(GpuWish {
            devices: GpuDevices::Ids {
                ids: list(devices).collect(),
            },
            ..wish(GpuNeed::Required)
        }),
    }
}

/// The value of `--gpus` that says the same; `None` when no GPU is wanted.
pub(crate) fn docker_text(wish: &GpuWish) -> Option<String> {
    if wish.need == GpuNeed::None {
        return None;
    }
    let devices = match &wish.devices {
        GpuDevices::All if wish.capabilities.is_empty() => return Some("all".to_owned()),
        GpuDevices::All => "count=all".to_owned(),
        GpuDevices::Count { count } if wish.capabilities.is_empty() => {
            return Some(count.to_string());
        }
        GpuDevices::Count { count } => format!("count={count}"),
        GpuDevices::Ids { ids } => units::field(&format!("device={}", ids.join(","))),
    };
    Some(match wish.capabilities.is_empty() {
        true => devices,
        false => {
            let capabilities = format!("capabilities={}", wish.capabilities.join(","));
            format!("{devices},{}", units::field(&capabilities))
        }
    })
}

/// `gpu` among the capabilities is what docker adds by itself.
fn capabilities(value: &str) -> Vec<String> {
    list(value).filter(|name| name != "gpu").collect()
}

fn list(value: &str) -> impl Iterator<Item = String> {
    value
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
}

fn expected(text: &str) -> String {
    format!(
        "`{text}` is no GPU request; expected `all`, a number, `device=0,1`, `required`, `optional` or `none`"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn devices(text: &str) -> Result<GpuDevices, String> {
        parse(text).map(|wish| wish.devices)
    }

    fn ids(ids: &[&str]) -> GpuDevices {
        GpuDevices::Ids {
            ids: ids.iter().map(|id| id.to_string()).collect(),
        }
    }

    #[test]
    fn every_form_of_docker_is_understood() {
        assert_eq!(devices("all"), Ok(GpuDevices::All));
        assert_eq!(devices("2"), Ok(GpuDevices::Count { count: 2 }));
        assert_eq!(devices("device=0"), Ok(ids(&["0"])));
        assert_eq!(devices("\"device=0,1\""), Ok(ids(&["0", "1"])));
        assert_eq!(devices("device=0,1"), Ok(ids(&["0", "1"])));
        assert_eq!(
            devices("device=GPU-3a,capabilities=utility"),
            Ok(ids(&["GPU-3a"]))
        );
        assert!(devices("everything").is_err());
        assert!(devices("count=1,device=0").is_err());
    }

    #[test]
    fn the_text_says_the_same() {
        for text in [
            "all",
            "2",
            "device=0",
            "\"device=0,1\"",
            "count=all,capabilities=utility",
        ] {
            let wish = parse(text).expect("this is a request");
            assert_eq!(docker_text(&wish).as_deref(), Some(text));
        }
        assert_eq!(docker_text(&wish(GpuNeed::None)), None);
    }
}
