//! The variables that an instruction sees: ARG and ENV so far, in the order of the file.

use std::collections::BTreeMap;

use crate::ast::{Body, File, Instruction, Keyword, Pairs};
use crate::build::{Build, Builder};
use crate::expand::{ExpandError, Expanded, Expander};
use crate::range::TextRange;

/// The variables at one place of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    variables: BTreeMap<String, Variable>,
}

/// A variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// The value; `None`: declared without one.
    pub value: Option<String>,
    /// Where it came from.
    pub source: Source,
    /// The variables without a value that went into it: the base image may have them.
    pub unset: Vec<String>,
}

/// Where a variable came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// ARG, here.
    Arg(TextRange),
    /// ENV, here.
    Env(TextRange),
    /// BuildKit sets it.
    Automatic,
    /// The base image.
    Base,
}

impl Scope {
    /// What FROM sees: the automatic arguments and the ARGs before the first FROM.
    pub fn global(file: &File, build: &Build<'_>) -> Scope {
        let mut scope = Scope::default();
        if build.builder == Builder::BuildKit {
            for (name, value) in build.platform.arguments() {
                let value = given(build, &name).unwrap_or(value);
                scope.set(name, Some(value), Source::Automatic, Vec::new());
            }
        }
        let nothing = Scope::default();
        for instruction in file
            .instructions
            .iter()
            .take_while(|it| it.keyword != Keyword::From)
        {
            if let (Keyword::Arg, Body::Pairs(pairs)) = (instruction.keyword, &instruction.body) {
                scope.arg(pairs, &nothing, build, file.escape);
            }
        }
        scope
    }

    /// What the first instruction of a stage sees that is not built on another.
    pub fn stage(build: &Build<'_>) -> Scope {
        let mut scope = Scope::default();
        for (name, value) in build.base_env {
            scope.set(name.clone(), Some(value.clone()), Source::Base, Vec::new());
        }
        scope
    }

    /// The variable of this name.
    pub fn get(&self, name: &str) -> Option<&Variable> {
        self.variables.get(name)
    }

    /// The value of the variable of this name.
    pub fn value(&self, name: &str) -> Option<String> {
        self.variables.get(name)?.value.clone()
    }

    /// All variables, by name.
    pub fn variables(&self) -> impl Iterator<Item = (&str, &Variable)> {
        self.variables
            .iter()
            .map(|(name, variable)| (name.as_str(), variable))
    }

    /// Expands a word of an instruction.
    pub fn expand(&self, word: &str, escape: char) -> Result<Expanded, ExpandError> {
        let lookup = |name: &str| self.value(name);
        Expander::new(escape, &lookup).expand(word)
    }

    /// Takes in what an instruction of a stage declares.
    pub fn apply(
        &mut self,
        instruction: &Instruction,
        global: &Scope,
        build: &Build<'_>,
        escape: char,
    ) {
        match (instruction.keyword, &instruction.body) {
            (Keyword::Arg, Body::Pairs(pairs)) => self.arg(pairs, global, build, escape),
            (Keyword::Env, Body::Pairs(pairs)) => self.env(pairs, escape),
            _ => {}
        }
    }

    fn arg(&mut self, pairs: &Pairs, global: &Scope, build: &Build<'_>, escape: char) {
        for pair in &pairs.pairs {
            let Ok(name) = self.expand(&pair.name.text, escape) else {
                continue;
            };
            let name = name.text;
            let mut unset = Vec::new();
            let default = pair.value.as_ref().and_then(|value| {
                let expanded = self.expand(&value.text, escape).ok()?;
                unset = unset_names(&expanded);
                Some(expanded.text)
            });
            let given = given(build, &name);
            if given.is_some() {
                unset.clear();
            }
            let value = given.or(default).or_else(|| global.value(&name));
            // `ARG NAME` without a value does not hide an earlier one.
            if value.is_some() || !self.variables.contains_key(&name) {
                self.set(name, value, Source::Arg(pair.name.range), unset);
            }
        }
    }

    fn env(&mut self, pairs: &Pairs, escape: char) {
        // All values see the variables from before the instruction.
        let mut changes = Vec::new();
        for pair in &pairs.pairs {
            let (Ok(name), Some(value)) = (self.expand(&pair.name.text, escape), &pair.value)
            else {
                continue;
            };
            let Ok(expanded) = self.expand(&value.text, escape) else {
                continue;
            };
            let unset = unset_names(&expanded);
            changes.push((name.text, expanded.text, pair.name.range, unset));
        }
        for (name, value, range, unset) in changes {
            self.set(name, Some(value), Source::Env(range), unset);
        }
    }

    fn set(&mut self, name: String, value: Option<String>, source: Source, unset: Vec<String>) {
        self.variables.insert(
            name,
            Variable {
                value,
                source,
                unset,
            },
        );
    }
}

fn given(build: &Build<'_>, name: &str) -> Option<String> {
    build
        .args
        .iter()
        .rev()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.clone())
}

fn unset_names(expanded: &Expanded) -> Vec<String> {
    expanded
        .uses
        .iter()
        .filter(|it| !it.set && !it.modifier.contains(['-', '+']))
        .map(|it| it.name.clone())
        .collect()
}
