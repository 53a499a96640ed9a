//! What an editor says about the linter.

use serde::{Deserialize, Deserializer, Serialize, de::IgnoredAny};

/// Which findings are wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum LintProfile {
    /// What helps, without noise.
    #[default]
    Recommended,
    /// What hadolint would say.
    Hadolint,
    /// What BuildKit's checks would say.
    Buildkit,
    /// Everything.
    Strict,
}

impl LintProfile {
    /// A profile by its name.
    pub fn named(name: &str) -> Option<LintProfile> {
        match name {
            "recommended" => Some(LintProfile::Recommended),
            "hadolint" => Some(LintProfile::Hadolint),
            "buildkit" => Some(LintProfile::Buildkit),
            "strict" => Some(LintProfile::Strict),
            _ => None,
        }
    }
}

/// The default where a setting says something else: a project has settings, and what it writes
/// into one must not make a client's other options unreadable.
impl<'de> Deserialize<'de> for LintProfile {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<LintProfile, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Said {
            Name(String),
            Other(IgnoredAny),
        }
        Ok(match Said::deserialize(from)? {
            Said::Name(name) => LintProfile::named(&name).unwrap_or_default(),
            Said::Other(_) => LintProfile::default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::daemon::ClientOptions;

    use super::*;

    #[test]
    fn a_setting_that_is_no_profile_spoils_nothing_else() {
        for wrong in ["\"loud\"", "3", "null", "{\"a\": []}"] {
            let options = format!("{{\"trusted\": false, \"lintProfile\": {wrong}}}");
            let options: ClientOptions = serde_json::from_str(&options).expect("it is understood");
            assert!(!options.trusted);
            assert_eq!(options.lint_profile, LintProfile::Recommended);
        }
        let profiles = ["recommended", "hadolint", "buildkit", "strict"];
        for name in profiles {
            let profile = LintProfile::named(name).expect("it is one");
            assert_eq!(serde_json::to_value(profile).ok(), Some(name.into()));
        }
    }
}
