//! The lifecycle commands of devcontainer.json.
