//! Files and settings become one [`Config`], every value with its origin.

pub mod model;
