//! Secrets in ARG and ENV.

use dockerfile::ast::{Body, Instruction, Keyword, Word};

use crate::facts::Facts;
use crate::report::Report;
use crate::rule::declare_rule;
use crate::rules::words::unquoted;

declare_rule! {
    /// `ARG` or `ENV` with a name that speaks of a secret.
    ///
    /// ## Why
    /// Both stay in the image: `docker history` shows the arguments of a build, `docker inspect` the
    /// variables, to everyone who can pull it. `RUN --mount=type=secret` gives a secret to one step
    /// and leaves nothing behind; what the program needs later comes with `docker run`.
    ///
    /// Judged by the name alone. Public keys, names of files and of users are left out in the
    /// recommended profile.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// ARG GITHUB_TOKEN
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// ENV GITHUB_TOKEN_FILE=/run/secrets/github PUBLIC_KEY=abc
    /// RUN --mount=type=secret,id=github,env=GITHUB_TOKEN ./fetch
    /// ```
    DL3064 "no-secrets" {
        level: Warning, since: "0.1.0",
        aliases: ["hadolint/DL3064", "buildkit/SecretsUsedInArgOrEnv", "trivy/DS-0031", "droast/DF014"],
        check: check
    }
}

const HADOLINT_ONLY: &[&str] = &["hadolint/DL3064"];
const BUILDKIT_ONLY: &[&str] = &["buildkit/SecretsUsedInArgOrEnv"];

/// Words of a name, between underscores, that BuildKit takes for a secret.
const SECRET_WORDS: &[&str] = &[
    "apikey", "auth", "credential", "credentials", "key", "password", "pword", "passwd", "secret", "token",
];

/// Words that speak of one, too.
const MORE_SECRET_WORDS: &[&str] = &["pass", "dbpass", "passphrase", "pwd"];

/// Last words of a name that speaks of how a secret is got, not of the secret.
const SETTING_WORDS: &[&str] = &["config", "mode", "path", "dir", "url", "type", "name"];

/// Parts of a name that hadolint takes for a secret.
const SECRET_PARTS: &[&str] = &["access_key", "api_key", "private_key", "password", "secret", "token"];

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for instruction in &file.file.instructions {
        match &instruction.body {
            Body::Onbuild(Some(inner)) => check_one(inner, report),
            _ => check_one(instruction, report),
        }
    }
}

fn check_one(instruction: &Instruction, report: &mut Report<'_>) {
    let (Keyword::Arg | Keyword::Env, Body::Pairs(pairs)) = (instruction.keyword, &instruction.body) else {
        return;
    };
    for pair in &pairs.pairs {
        let name = pair.name.text.to_ascii_lowercase();
        let words: Vec<&str> = name.split('_').collect();
        let any = |known: &[&str]| words.iter().any(|word| known.contains(word));
        let is_public = words.contains(&"public");
        let is_about = matches!(words.last(), Some(&"file" | &"version"));
        let buildkit = any(SECRET_WORDS) && !is_public && !is_about;
        let hadolint = name == "username" || SECRET_PARTS.iter().any(|part| name.contains(part));
        let more = any(MORE_SECRET_WORDS) && !is_about && words.len() > 1;
        // A key of GnuPG in a variable is the number of a public one; a licence's may be anything.
        let is_harmless = words.contains(&"gpg") || words.contains(&"apt") || words.contains(&"disable");
        let aliases = match (buildkit, hadolint, more) {
            (true, true, _) => report.rule().aliases,
            (true, false, _) => BUILDKIT_ONLY,
            (false, true, _) => HADOLINT_ONLY,
            (false, false, true) => &[],
            (false, false, false) => continue,
        };
        // An empty variable only says that there is one.
        let is_empty = |value: &Word| unquoted(&value.text).is_empty();
        let is_empty = pair.value.as_ref().is_some_and(is_empty);
        let is_setting = words.last().is_some_and(|last| SETTING_WORDS.contains(last));
        let loud = (buildkit || more) && !is_harmless && !is_setting && !is_empty;
        let message = match instruction.keyword {
            Keyword::Arg => format!("ARG `{}` stays in the image's history", pair.name.text),
            _ => format!("ENV `{}` stays in the image", pair.name.text),
        };
        report.at_if(loud, pair.name.range, message).aliases(aliases);
    }
}
