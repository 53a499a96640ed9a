//! Becoming the session's user, for good, in a process of one thread.

use rustix::io::Errno;
use rustix::process::{Gid, Uid};
use session::frame::Failure;

use crate::job::BecomeUser;
use crate::lookup;

/// Gives up init's user and groups for those of the job.
///
/// # Errors
/// When init has not the right to. Nothing is asked of the kernel when the user is the
/// same already: a container without capabilities opens sessions of its own user.
pub(crate) fn become_user(job: &BecomeUser) -> Result<(), Failure> {
    let user = &job.user;
    let same = rustix::process::getuid().as_raw() == user.uid
        && rustix::process::getgid().as_raw() == user.gid;
    let groups: Vec<Gid> = user.groups.iter().map(|&it| Gid::from_raw(it)).collect();
    match rustix::thread::set_thread_groups(&groups) {
        Ok(()) => {}
        Err(_) if same => return Ok(()),
        Err(errno) => return Err(refused(job, errno)),
    }
    rustix::thread::set_thread_gid(Gid::from_raw(user.gid)).map_err(|it| refused(job, it))?;
    rustix::thread::set_thread_uid(Uid::from_raw(user.uid)).map_err(|it| refused(job, it))
}

fn refused(job: &BecomeUser, errno: Errno) -> Failure {
    match errno {
        // INVAL: the number is not mapped in the container's user namespace.
        Errno::PERM | Errno::INVAL => {
            let (mut user, mut running_as) = (job.user.name.clone(), job.running_as.clone());
            if rustix::process::getuid().as_raw() == job.user.uid {
                // It is the group that differs.
                user.push_str(&format!(":{}", job.user.gid));
                running_as.push_str(&format!(":{}", rustix::process::getgid().as_raw()));
            }
            Failure::CannotSwitchUser { user, running_as }
        }
        errno => Failure::System {
            doing: format!("become user {}", job.user.name),
            error: lookup::words(&errno.into()),
        },
    }
}
