//! The calls of package managers in RUN: which manager, what it is asked to do, with which options,
//! on which packages, each with its place. What is wrong with them is the rules' business; what the
//! managers understand is in `grammar`.

pub mod grammar;
mod options;
pub mod removed;

use dockerfile::range::TextRange;

use crate::context::Profile;
use crate::facts::packages::grammar::{Action, Grammar, Manager};
use crate::facts::{Argument, Facts, RunCommand};

/// A call of a package manager. All numbers are of [`RunCommand::words`].
#[derive(Debug, Clone)]
pub struct PackageCall {
    /// The command in [`Facts::commands`].
    pub command: usize,
    /// The manager.
    pub manager: Manager,
    /// What it is asked to do.
    pub action: Action,
    /// The word that says so; the program where no word does.
    verb: usize,
    /// What it is to be done with.
    operands: Vec<usize>,
    /// The options, values that are words of their own left out.
    options: Vec<usize>,
    /// hadolint would see it: nothing but `exec` and the like, or `python -m`, stands before it, and
    /// it is not in a string for another shell.
    pub plain: bool,
}

/// A call with its command.
#[derive(Debug, Clone, Copy)]
pub struct Call<'f> {
    /// The call.
    pub call: &'f PackageCall,
    /// The command.
    pub command: &'f RunCommand,
}

/// The calls among commands.
pub(super) fn find(commands: &[RunCommand]) -> Vec<PackageCall> {
    let mut calls = Vec::new();
    for (index, command) in commands.iter().enumerate() {
        let Some(mut call) = read(index, command) else {
            continue;
        };
        let wrapper = match (command.wrapped, index.checked_sub(1)) {
            (true, Some(before)) => Some(&commands[before]),
            _ => None,
        };
        let is_direct = wrapper.is_none_or(|it| match it.name() {
            "exec" | "time" | "command" | "builtin" => true,
            name if name.starts_with("python") => call.verb == 1 && !it.is_disguised(),
            _ => false,
        });
        call.plain = is_direct && !command.is_disguised() && !command.quoted;
        calls.push(call);
    }
    calls
}

fn read(index: usize, command: &RunCommand) -> Option<PackageCall> {
    let manager = Manager::of(command.name())?;
    let grammar = manager.grammar();
    let mut call = PackageCall {
        command: index,
        manager,
        action: Action::Other,
        verb: 0,
        operands: Vec::new(),
        options: Vec::new(),
        plain: false,
    };
    let mut verbs: Vec<usize> = Vec::new();
    let mut decided = false;
    let mut number = 1;
    while let Some(word) = command.words.get(number) {
        let text = word.text();
        if text == "--" {
            // Behind it gem has options of a compiler, the others packages.
            if manager != Manager::Gem {
                call.operands.extend(number + 1..command.words.len());
            }
            break;
        }
        if text.len() > 1 && text.starts_with('-') {
            call.options.push(number);
            number += 1 + usize::from(grammar.takes_next(text));
            continue;
        }
        if decided {
            call.operands.push(number);
        } else {
            verbs.push(number);
            let texts: Vec<&str> = verbs.iter().map(|it| command.words[*it].text()).collect();
            if !manager.goes_on(&texts) {
                call.action = manager.action(&texts);
                call.verb = number;
                decided = true;
            }
        }
        number += 1;
    }
    let only_tells = || {
        let mut options = call.options.iter().map(|it| command.words[*it].text());
        options.any(|it| matches!(it, "--version" | "-v" | "--help" | "-h"))
    };
    if verbs.is_empty() && !only_tells() {
        call.action = manager.action(&[]);
    }
    Some(call)
}

impl Facts<'_> {
    /// The calls of package managers, in the order of the file; for hadolint's profile those that
    /// hadolint sees.
    pub fn package_calls(&self) -> impl Iterator<Item = Call<'_>> {
        let all = self.context.profile != Profile::Hadolint;
        let wanted = self.calls.iter().filter(move |call| all || call.plain);
        wanted.map(|call| Call {
            call,
            command: &self.commands[call.command],
        })
    }

    /// The calls of these managers in the RUN of another call.
    pub fn calls_beside(
        &self,
        call: Call<'_>,
        managers: &'static [Manager],
    ) -> impl Iterator<Item = Call<'_>> {
        let step = call.command.step;
        let start = self
            .calls
            .partition_point(|it| self.commands[it.command].step < step);
        let all = self.context.profile != Profile::Hadolint;
        self.calls[start..]
            .iter()
            .map(|call| Call {
                call,
                command: &self.commands[call.command],
            })
            .take_while(move |it| it.command.step == step)
            .filter(move |it| managers.contains(&it.call.manager) && (all || it.call.plain))
    }

    /// The calls of these managers.
    pub fn calls_of(&self, managers: &'static [Manager]) -> impl Iterator<Item = Call<'_>> {
        self.package_calls()
            .filter(|it| managers.contains(&it.call.manager))
    }
}

impl<'f> Call<'f> {
    /// Whether it installs packages by name.
    pub fn installs(&self) -> bool {
        self.call.action == Action::Install
    }

    /// The word that says what to do; the program where no word does.
    pub fn verb(&self) -> &'f Argument {
        &self.command.words[self.call.verb]
    }

    /// What it is to be done with.
    pub fn operands(&self) -> impl Iterator<Item = &'f Argument> {
        let words = &self.command.words;
        self.call.operands.iter().map(move |it| &words[*it])
    }

    /// The options, values that are words of their own left out.
    pub fn options(&self) -> impl Iterator<Item = &'f Argument> {
        let words = &self.command.words;
        self.call.options.iter().map(move |it| &words[*it])
    }

    /// The option of one of these names, such as `-y` and `--yes`, also among others in `-qy` and
    /// with a value behind `=`.
    pub fn option(&self, names: &[&str]) -> Option<&'f Argument> {
        let grammar = self.call.manager.grammar();
        self.options()
            .find(|it| is_option(grammar, it.text(), names))
    }

    /// The value of the option of one of these names.
    pub fn option_value(&self, names: &[&str]) -> Option<&'f str> {
        let option = self.option(names)?;
        if let Some((_, value)) = option.text().split_once('=') {
            return Some(value);
        }
        let words = &self.command.words;
        let number = words.iter().position(|it| it.range == option.range)?;
        words.get(number + 1).map(Argument::text)
    }

    /// The range of the call without its operands: what is at fault where an option is missing.
    pub fn head(&self) -> TextRange {
        let verb = self.verb().range;
        self.command.name_range().cover(verb)
    }
}

fn is_option(grammar: &Grammar, text: &str, names: &[&str]) -> bool {
    let name = text.split('=').next().unwrap_or(text);
    if names.contains(&name) {
        return true;
    }
    if !grammar.clusters || text.starts_with("--") {
        return false;
    }
    for letter in name.chars().skip(1) {
        let is_letter = |it: &str| {
            let mut letters = it.chars();
            it.len() == 2 && letters.next() == Some('-') && letters.next() == Some(letter)
        };
        if names.iter().any(|it| is_letter(it)) {
            return true;
        }
        // What follows is its value.
        if grammar.values.iter().any(|it| is_letter(it)) {
            return false;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use dockerfile::parse::parse;

    use crate::context::Context;
    use crate::facts::Facts;

    #[track_caller]
    fn check(run: &str, expected: &str) {
        let file = parse(&format!("FROM debian:12\nRUN {run}\n"));
        let context = Context::default();
        let facts = Facts::new(&file, &context);
        let calls = facts.package_calls().map(|it| {
            let operands: Vec<&str> = it.operands().map(|it| it.text()).collect();
            format!(
                "{:?} {:?} {}{}",
                it.call.manager,
                it.call.action,
                operands.join(" "),
                if it.call.plain { "" } else { " (not plain)" }
            )
        });
        assert_eq!(calls.collect::<Vec<_>>().join("; "), expected);
    }

    #[test]
    fn options_are_told_from_packages() {
        check(
            "apt-get -qq -o A::B=1 install -y -t stable --reinstall a b=1",
            "AptGet Install a b=1",
        );
        check(
            "apk --no-cache add -t .deps a --virtual=x b",
            "Apk Install a b",
        );
        check("pip3.9 install -U -r x --timeout 5 a", "Pip Install a");
        check("gem install a -- --with-x y", "Gem Install a");
        check("go -C x install -tags a,b ./c", "Go Install ./c");
        check("apt-get install -- a -b", "AptGet Install a -b");
    }

    #[test]
    fn verbs_of_two_words_are_one() {
        check("dnf -y module install a:1", "Dnf InstallModule a:1");
        check("yum groupinstall x", "Yum InstallGroup x");
        check("uv pip install --system a", "Uv Install a");
        check("yarn global add a", "Yarn Install a");
        check("yarn --frozen-lockfile", "Yarn Install ");
        check("yarn --version", "Yarn Other ");
        check("npm cache clean --force", "Npm Clean ");
        check("npm run install", "Npm Other install");
    }

    #[test]
    fn calls_behind_others_are_seen() {
        check("sudo -E apt-get install a", "AptGet Install a (not plain)");
        check("sh -c 'apk add a'", "Apk Install a (not plain)");
        check("python3 -m pip install a", "Pip Install a");
        check("/opt/bin/pip install a", "Pip Install a (not plain)");
    }
}
