//! dnf that asks.

use crate::context::Profile;
use crate::facts::Facts;
use crate::facts::packages::Call;
use crate::facts::packages::grammar::{Action, Manager};
use crate::leftovers::add_option;
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// `dnf install` without `-y`.
    ///
    /// ## Why
    /// It asks before it installs. Nobody is there to answer in a build, so it gives up, and the
    /// build fails.
    ///
    /// ```dockerfile,bad
    /// FROM fedora:40
    /// RUN dnf install httpd && dnf clean all
    /// ```
    /// ```dockerfile,fixed
    /// FROM fedora:40
    /// RUN dnf install -y httpd && dnf clean all
    /// ```
    /// ```dockerfile,good
    /// FROM fedora:40
    /// RUN dnf -y install httpd && dnf clean all
    /// ```
    DL3038 "dnf-yes" {
        level: Warning, since: "0.1.0", fix: Safe,
        aliases: ["hadolint/DL3038"],
        check: check
    }
}

const MANAGERS: &[Manager] = &[Manager::Dnf, Manager::Microdnf];

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for call in file.calls_of(MANAGERS).filter(|it| asks(*it, file.context.profile)) {
        let name = call.command.name();
        let verb = call.verb().text();
        let message = format!("`{name} {verb}` without `-y` asks, and nobody answers");
        report
            .at(call.head(), message)
            .fix("Add `-y`", vec![add_option(file, call, "-y")]);
    }
}

fn asks(call: Call<'_>, profile: Profile) -> bool {
    let acts = match profile {
        Profile::Hadolint => {
            let verb = call.verb().text();
            matches!(verb, "install" | "groupinstall" | "localinstall")
        }
        _ => matches!(
            call.call.action,
            Action::Install
                | Action::InstallGroup
                | Action::InstallModule
                | Action::Upgrade
                | Action::Remove
        ),
    };
    acts && call.option(&["-y", "--assumeyes", "--assumeno", "--downloadonly"]).is_none()
}
