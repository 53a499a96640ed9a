use std::fs;

use expect_test::{Expect, expect};

use super::*;

fn check(access: &Access, expect: Expect) {
    let text = match access.endpoint() {
        Ok(endpoint) => format!("{} ({})", endpoint.socket.display(), endpoint.origin),
        Err(error) => {
            let text = format!("error: {error}");
            match &access.home {
                Some(home) => text.replace(&home.display().to_string(), "~"),
                None => text,
            }
        }
    };
    expect.assert_eq(&text);
}

fn with_host(address: &str) -> Access {
    Access {
        docker_host: Some(address.to_owned()),
        ..Access::default()
    }
}

fn home_with(config: &str, context: Option<(&str, &str)>) -> anyhow::Result<tempfile::TempDir> {
    let home = tempfile::tempdir()?;
    fs::create_dir_all(home.path().join(".docker"))?;
    fs::write(home.path().join(".docker/config.json"), config)?;
    if let Some((name, meta)) = context {
        let folder = home
            .path()
            .join(".docker/contexts/meta")
            .join(context_folder(name));
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("meta.json"), meta)?;
    }
    Ok(home)
}

fn at_home(home: &tempfile::TempDir) -> Access {
    Access {
        home: Some(home.path().to_owned()),
        ..Access::default()
    }
}

#[test]
fn nothing_said_is_the_default_socket() {
    check(
        &Access::default(),
        expect![[r#"/var/run/docker.sock (the default socket)"#]],
    );
}

#[test]
fn docker_host_names_a_socket() {
    check(
        &with_host("unix:///run/user/1000/docker.sock"),
        expect![[r#"/run/user/1000/docker.sock (from DOCKER_HOST)"#]],
    );
}

#[test]
fn an_engine_elsewhere_is_named() {
    check(
        &with_host("ssh://me@gpu1"),
        expect!["error: the container engine is elsewhere: ssh://me@gpu1 (from DOCKER_HOST)"],
    );
}

#[test]
fn an_address_that_is_none_says_what_was_expected() {
    check(
        &with_host("/var/run/docker.sock"),
        expect![
            "error: `/var/run/docker.sock` (from DOCKER_HOST) is not an engine address: expected unix:// and the absolute path of a socket"
        ],
    );
}

#[test]
fn the_current_context_is_followed() -> anyhow::Result<()> {
    let home = home_with(
        r#"{"auths": {}, "currentContext": "rootless"}"#,
        Some((
            "rootless",
            r#"{"Name":"rootless","Metadata":{},"Endpoints":{"docker":{"Host":"unix:///run/user/7/docker.sock","SkipTLSVerify":false}}}"#,
        )),
    )?;
    check(
        &at_home(&home),
        expect![[r#"/run/user/7/docker.sock (from docker's current context `rootless`)"#]],
    );
    Ok(())
}

#[test]
fn docker_host_wins_over_a_context() -> anyhow::Result<()> {
    let home = home_with(r#"{"currentContext": "absent"}"#, None)?;
    let access = Access {
        docker_host: Some("unix:///x.sock".to_owned()),
        docker_context: Some("other".to_owned()),
        ..at_home(&home)
    };
    check(&access, expect![[r#"/x.sock (from DOCKER_HOST)"#]]);
    Ok(())
}

#[test]
fn a_context_that_is_not_there_is_named() -> anyhow::Result<()> {
    let home = home_with("{}", None)?;
    let access = Access {
        docker_context: Some("lab".to_owned()),
        ..at_home(&home)
    };
    check(
        &access,
        expect![
            "error: ~/.docker/contexts/meta/a51146d38077ff992eba84cf1d5e9b249073503eb74868699016153b031a38f7/meta.json: context `lab` cannot be read: No such file or directory (os error 2) (from context `lab`, DOCKER_CONTEXT)"
        ],
    );
    Ok(())
}

#[test]
fn a_broken_config_names_its_place() -> anyhow::Result<()> {
    let home = home_with("{\n  \"currentContext\": oops\n}", None)?;
    check(
        &at_home(&home),
        expect![[
            r#"error: ~/.docker/config.json:2:21: not what the docker CLI writes: expected value at line 2 column 21"#
        ]],
    );
    Ok(())
}
