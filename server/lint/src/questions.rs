//! What the rules about package managers that ask share.

use crate::context::Profile;
use crate::facts::Facts;
use crate::facts::packages::Call;
use crate::facts::packages::grammar::{Action, Manager};
use crate::leftovers::add_option;
use crate::report::Report;

/// Reports a call that asks, where `nobody` answers, with `-y` as its fix.
pub fn report_question(file: &Facts<'_>, report: &mut Report<'_>, call: Call<'_>, nobody: &str) {
    let name = call.command.name();
    let verb = call.verb().text();
    let message = format!("`{name} {verb}` without `-y` asks, and {nobody}");
    report
        .at(call.head(), message)
        .fix("Add `-y`", vec![add_option(file, call, "-y")]);
}

/// Reports calls of yum and its successors that ask.
pub fn report_yum(file: &Facts<'_>, report: &mut Report<'_>, managers: &'static [Manager]) {
    let profile = file.context.profile;
    for call in file.calls_of(managers).filter(|it| yum_asks(*it, profile)) {
        report_question(file, report, call, "nobody answers");
    }
}

fn yum_asks(call: Call<'_>, profile: Profile) -> bool {
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
    acts && call
        .option(&["-y", "--assumeyes", "--assumeno", "--downloadonly"])
        .is_none()
}
