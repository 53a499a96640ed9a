use super::*;

fn substituted(text: &str, container_folder: Option<&str>) -> String {
    let local_env = BTreeMap::from([("baz".to_owned(), "somevalue".to_owned())]);
    let known = Known {
        local_env: &local_env,
        workspace: Path::new("/foo/bar"),
        container_workspace_folder: container_folder,
        devcontainer_id: "id",
    };
    let mut problems = Problems::default();
    let text = substitute_text(text, &Origin::Default, &known, &mut problems);
    match problems.0.first() {
        Some(problem) => problem.message.clone(),
        None => text,
    }
}

#[test]
fn environment_variables_are_replaced_under_both_names() {
    assert_eq!(substituted("bar${env:baz}bar", None), "barsomevaluebar");
    assert_eq!(
        substituted("bar${localEnv:baz}bar", None),
        "barsomevaluebar"
    );
}

#[test]
fn an_unset_variable_is_its_default_or_nothing() {
    assert_eq!(substituted("bar${localEnv:no}bar", None), "barbar");
    assert_eq!(
        substituted("bar${localEnv:no:default}bar", None),
        "bardefaultbar"
    );
    assert_eq!(
        substituted("bar${localEnv:no:default:a:b:c}bar", None),
        "bardefaultbar"
    );
    assert_eq!(
        substituted("bar${localEnv:baz:default}bar", None),
        "barsomevaluebar"
    );
}

#[test]
fn folders_are_replaced_and_nest() {
    assert_eq!(
        substituted("bar${localWorkspaceFolder}bar", None),
        "bar/foo/barbar"
    );
    let folder = substituted("/baz/${localWorkspaceFolderBasename}", None);
    assert_eq!(
        substituted("x${containerWorkspaceFolder}x", Some(&folder)),
        "x/baz/barx"
    );
    assert_eq!(
        substituted("${containerWorkspaceFolderBasename}", Some("/a/b/")),
        "b"
    );
    assert_eq!(
        substituted("${containerWorkspaceFolder}", None),
        "${containerWorkspaceFolder}"
    );
}

#[test]
fn unknown_and_later_variables_are_left_alone() {
    assert_eq!(
        substituted("${command:x} ${open", None),
        "${command:x} ${open"
    );
    assert_eq!(
        substituted("${containerEnv:PATH}:/x", None),
        "${containerEnv:PATH}:/x"
    );
}

#[test]
fn a_variable_without_a_name_is_an_error() {
    let message = "`${localEnv:}` names no variable; expected `${localEnv:NAME}`";
    assert_eq!(substituted("${localEnv:}", None), message);
    assert_eq!(
        substituted("${env}", None),
        message.replace("${localEnv:}", "${env}")
    );
}

#[test]
fn the_container_environment_is_replaced_after_the_start() {
    let container_env = BTreeMap::from([("PATH".to_owned(), "/bin".to_owned())]);
    assert_eq!(
        finish_text("${containerEnv:PATH}:/x", &container_env),
        "/bin:/x"
    );
    assert_eq!(
        finish_text("bar${containerEnv:no}bar", &container_env),
        "barbar"
    );
    assert_eq!(
        finish_text("bar${containerEnv:no:default:a}bar", &container_env),
        "bardefaultbar"
    );
    assert_eq!(
        finish_text("${devcontainerId}", &container_env),
        "${devcontainerId}"
    );
}

fn id(labels: &[(&str, &str)]) -> String {
    devcontainer_id(
        &labels
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect(),
    )
}

#[test]
fn the_id_depends_on_all_labels_but_not_on_their_order() {
    let one = id(&[("a", "b"), ("c", "d")]);
    assert_eq!(one.len(), 52);
    assert!(
        one.chars()
            .all(|digit| matches!(digit, '0'..='9' | 'a'..='v'))
    );
    assert_eq!(one, id(&[("c", "d"), ("a", "b")]));
    assert_ne!(one, id(&[("a", "b"), ("c", "d"), ("e", "f")]));
}

/// Computed with Python: `int(sha256(b'{"a":"b","c":"d"}').hexdigest(), 16)` in base 32, padded to 52 digits.
#[test]
fn the_id_is_the_number_of_the_hash() {
    assert_eq!(
        id(&[("a", "b"), ("c", "d")]),
        "1e2sfmkjt1sga649hgk0s5f3u6nlqhlv9al481r91s7gkeo32p3o"
    );
}
