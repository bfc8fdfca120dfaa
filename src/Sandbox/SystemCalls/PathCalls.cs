namespace ActorBrowser.Sandbox;

/// <summary>The system calls that take a file's path, on either processor.</summary>
internal static class PathCalls
{
    private static readonly HashSet<string> Names = new(StringComparer.Ordinal)
    {
        "access", "acct", "chdir", "chmod", "chown", "chroot", "creat", "execve", "execveat", "faccessat", "faccessat2", "fanotify_mark", "fchmodat", "fchmodat2",
        "fchownat", "fspick", "futimesat", "getxattr", "getxattrat", "inotify_add_watch", "landlock_add_rule", "lchown", "lgetxattr", "link", "linkat", "listxattr",
        "listxattrat", "llistxattr", "lremovexattr", "lsetxattr", "lstat", "mkdir", "mkdirat", "mknod", "mknodat", "mount", "mount_setattr", "move_mount",
        "name_to_handle_at", "newfstatat", "open", "open_by_handle_at", "open_tree", "openat", "openat2", "pivot_root", "quotactl", "readlink", "readlinkat", "removexattr",
        "removexattrat", "rename", "renameat", "renameat2", "rmdir", "setxattr", "setxattrat", "stat", "statfs", "statx", "swapoff", "swapon", "symlink", "symlinkat",
        "truncate", "umount2", "unlink", "unlinkat", "uselib", "utime", "utimensat", "utimes",
    };

    /// <summary>Whether a call takes a path.</summary>
    /// <param name="name">The name as in the manual page.</param>
    internal static bool Contains(string name) => Names.Contains(name);
}
