//! Which CUDA a driver serves: the reader of `tables/cuda_driver.toml`.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::version::Version;

/// The newest CUDA that this driver serves by itself. A branch that the table does not know
/// gets the CUDA of the branch below it. `None`: older than the table.
pub fn newest_cuda(driver: &Version) -> Option<Version> {
    let branch = table()
        .branch
        .iter()
        .filter(|row| row.driver <= driver.major())
        .max_by_key(|row| row.driver)?;
    Version::parse(&branch.cuda)
}

/// A branch newer than all that the table knows: what it serves is a lower bound only.
pub fn is_beyond_table(driver: &Version) -> bool {
    table().branch.iter().all(|row| row.driver < driver.major())
}

/// The first driver that runs programs of this CUDA's major version. `None`: not in the table.
pub fn first_driver(cuda: &Version) -> Option<Version> {
    let row = table().major.iter().find(|row| row.cuda == cuda.major())?;
    Version::parse(&row.driver)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    major: Vec<Major>,
    branch: Vec<Branch>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Major {
    cuda: u32,
    driver: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Branch {
    driver: u32,
    cuda: String,
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        toml::from_str(include_str!("../tables/cuda_driver.toml"))
            .expect("the embedded table is checked by a test")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        Version::parse(text).expect("the test gives a version")
    }

    #[test]
    fn drivers_and_their_cuda() {
        for (driver, cuda) in [
            ("470.57.02", Some("11.4")),
            ("535.161.08", Some("12.2")),
            ("580.65.06", Some("13.0")),
            ("565.57.01", Some("12.6")),
            ("999.1", Some("13.3")),
            ("390.1", None),
        ] {
            let newest = newest_cuda(&version(driver)).map(|it| it.to_string());
            assert_eq!(newest.as_deref(), cuda, "{driver}");
        }
        assert!(is_beyond_table(&version("999.1")));
        assert!(!is_beyond_table(&version("610.43")));
    }

    #[test]
    fn every_version_of_the_table_is_one() {
        for row in &table().major {
            assert!(
                Version::parse_whole(&row.driver).is_some(),
                "{}",
                row.driver
            );
        }
        for row in &table().branch {
            assert!(Version::parse_whole(&row.cuda).is_some(), "{}", row.cuda);
        }
        assert_eq!(
            first_driver(&version("12.1")).map(|it| it.to_string()),
            Some("525.60.13".to_owned())
        );
        assert!(first_driver(&version("9.0")).is_none());
    }
}
