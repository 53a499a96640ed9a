//! The variables of a stage over time.

use std::collections::HashMap;

use dockerfile::ast::{Body, Instruction};
use dockerfile::scope::Scope;

/// What each variable is behind each instruction that sets it.
#[derive(Debug, Default)]
pub(super) struct Variables {
    values: HashMap<String, Vec<(usize, Option<String>)>>,
}

impl Variables {
    /// Notes what an ARG or ENV has done to `scope`. `index` is its place in the file, or that of
    /// the ONBUILD which brought it.
    pub(super) fn take_in(&mut self, instruction: &Instruction, index: usize, scope: &Scope) {
        let Body::Pairs(pairs) = &instruction.body else {
            return;
        };
        for pair in &pairs.pairs {
            let name = &pair.name.text;
            let values = self.values.entry(name.clone()).or_default();
            values.push((index, scope.value(name)));
        }
    }

    /// What the stage itself has made of a variable before `instruction`; `None`: nothing.
    pub(super) fn before(&self, name: &str, instruction: usize) -> Option<&Option<String>> {
        let values = self.values.get(name)?;
        let last = values.iter().rfind(|(index, _)| *index < instruction)?;
        Some(&last.1)
    }
}
