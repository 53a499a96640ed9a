//! What people rely on with the line that Warpdock replaces, on the example project.
