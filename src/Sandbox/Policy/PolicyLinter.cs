using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>Finds contradictions in a policy, and dangerous allowances without a stated reason.</summary>
internal static class PolicyLinter
{
    /// <summary>System calls that no profile may name: each would allow an escape, or expose kernel code that no role needs.</summary>
    private static readonly HashSet<string> NeverAllowed = new(StringComparer.Ordinal)
    {
        "_sysctl", "acct", "add_key", "adjtimex", "bpf", "chroot", "clock_adjtime", "clock_settime", "delete_module", "execveat", "fanotify_init", "finit_module",
        "fsconfig", "fsmount", "fsopen", "fspick", "init_module", "io_uring_enter", "io_uring_register", "io_uring_setup", "ioperm", "iopl", "kcmp",
        "kexec_file_load", "kexec_load", "keyctl", "lookup_dcookie", "mount", "mount_setattr", "move_mount", "name_to_handle_at", "nfsservctl",
        "open_by_handle_at", "open_tree", "perf_event_open", "pidfd_getfd", "pivot_root", "process_madvise", "process_mrelease", "process_vm_readv",
        "process_vm_writev", "ptrace", "quotactl", "quotactl_fd", "reboot", "request_key", "setdomainname", "sethostname", "setns", "settimeofday", "swapoff",
        "swapon", "sysfs", "syslog", "umount2", "unshare", "uselib", "userfaultfd", "ustat", "vhangup", "vm86", "move_pages", "migrate_pages",
    };

    private static readonly HashSet<string> Dangers = new(StringComparer.Ordinal)
    {
        "fork", "exec", "tcp-anywhere", "datagrams", "write-everywhere", "read-everywhere", "unconfined",
    };

    /// <summary>Returns everything that is wrong, one sentence each.</summary>
    /// <param name="policy">The policy.</param>
    public static IEnumerable<string> Check(SandboxPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return Complaints(policy).Select(complaint => $"The profile {policy.Name} {complaint}.");
    }

    private static IEnumerable<string> Complaints(SandboxPolicy policy) =>
        Paths(policy).Concat(Calls(policy)).Concat(Contradictions(policy)).Concat(Reasons(policy)).Concat(Limits(policy));

    private static IEnumerable<string> Paths(SandboxPolicy policy)
    {
        foreach (var (path, rights) in policy.Files)
        {
            if (path.StartsWith('@') ? !PolicyPaths.All.Contains(path) : !path.StartsWith('/'))
                yield return $"names the path '{path}', which is neither absolute nor one of {string.Join(", ", PolicyPaths.All)}";
            else if (path.Split('/').Contains(".."))
                yield return $"names the path '{path}': write it without '..'";
            else if (path.Contains('\0', StringComparison.Ordinal))
                yield return "names a path with a NUL in it";
            else if (rights.HasFlag(FileRights.Write) && IsCritical(path))
                yield return $"allows writing to '{path}', through which it could leave the sandbox";
        }
    }

    private static bool IsCritical(string path) =>
        path is PolicyPaths.Runtime or PolicyPaths.Application or PolicyPaths.NetworkFacts
        || path.TrimEnd('/') is "/proc" or "/sys" or "/dev" or "/etc" or "/usr" or "/bin" or "/sbin" or "/lib" or "/lib64" or "/boot" or "/run" or "/var/run";

    private static IEnumerable<string> Calls(SandboxPolicy policy)
    {
        foreach (var name in policy.SystemCalls.Union(policy.QuietlyDenied).Union(policy.NativeSystemCalls).Union(policy.NativeQuietlyDenied).Where(static name => !SystemCallTable.IsKnown(name)))
            yield return $"names '{name}', which is not a system call";
        var named = policy.SystemCalls.Union(policy.NativeSystemCalls);
        foreach (var name in named.Where(NeverAllowed.Contains))
            yield return $"allows {name}, which no profile may";
        if (!policy.IsUnconfined && policy.SystemCalls.Count == 0)
            yield return "allows no system call, so no program can run";
        if (!policy.MayExecute && named.Contains("execve"))
            yield return "lists execve and does not allow exec";
        if (!policy.MayFork && (named.Contains("fork") || named.Contains("vfork")))
            yield return "lists fork and does not allow it";
        if (!policy.MayConnect && !policy.MaySendDatagrams && named.Contains("socket") && !policy.MayExecute)
            yield return "lists socket and allows no network";
    }

    private static IEnumerable<string> Contradictions(SandboxPolicy policy)
    {
        if (policy.IsUnconfined)
            yield break;
        if (policy.MayExecute && !policy.Files.Any(static rule => rule.Rights.HasFlag(FileRights.Execute)))
            yield return "allows exec but no file that could be executed";
        if ((policy.MayConnect || policy.MaySendDatagrams) && policy.Namespaces.HasFlag(Namespaces.Network) && !policy.HasNamedEgress)
            yield return "allows the network but removes it with a namespace";
        if (policy.HasNamedEgress && (!policy.WantsWorld || !policy.Namespaces.HasFlag(Namespaces.Network)))
            yield return "has a named egress but not exec and the namespaces network, mounts and processes, without which it would have the machine's network";
        if (!policy.HasNamedEgress && policy.EgressRules.Length > 0)
            yield return "has rules for a named egress that it does not have: set egress.named = on";
        if (policy.Namespaces.HasFlag(Namespaces.Processes) && !policy.Namespaces.HasFlag(Namespaces.Mounts))
            yield return "hides processes without the mounts namespace, so it would see another namespace's /proc";
        if (policy.Namespaces != Namespaces.None && !policy.Required.Contains(SandboxLayer.Namespaces) && !policy.Preferred.Contains(SandboxLayer.Namespaces))
            yield return "names namespaces but neither requires nor prefers them";
        if (!policy.Required.Contains(SandboxLayer.SystemCalls) || !policy.Required.Contains(SandboxLayer.NoNewPrivileges))
            yield return "does not require system-calls and no-new-privileges: without them no other layer holds";
    }

    private static IEnumerable<string> Reasons(SandboxPolicy policy)
    {
        foreach (var danger in Taken(policy))
        {
            if (policy.Reasons.GetValueOrDefault(danger, "").Trim().Length < 8)
                yield return $"states no reason for a dangerous allowance: {danger}";
        }
        foreach (var reason in policy.Reasons.Keys.Where(static reason => !Dangers.Contains(reason)))
            yield return $"states a reason for '{reason}', which is not one of {string.Join(", ", Dangers.Order(StringComparer.Ordinal))}";
    }

    private static IEnumerable<string> Taken(SandboxPolicy policy)
    {
        if (policy.MayFork)
            yield return "fork";
        if (policy.MayExecute)
            yield return "exec";
        if (policy.TcpPorts is null)
            yield return "tcp-anywhere";
        if (policy.MaySendDatagrams)
            yield return "datagrams";
        if (policy.IsUnconfined)
            yield return "unconfined";
        if (policy.Files.Any(static rule => rule.Path == "/" && rule.Rights.HasFlag(FileRights.Write)))
            yield return "write-everywhere";
        if (policy.Files.Any(static rule => rule is { Path: "/" } && rule.Rights == FileRights.Read))
            yield return "read-everywhere";
    }

    private static IEnumerable<string> Limits(SandboxPolicy policy)
    {
        var limits = policy.Limits;
        if (limits.Memory is > 0 and < 64 << 20)
            yield return "limits memory to less than 64 MiB, in which no .NET program starts";
        if (limits.Descriptors is > 0 and < 32)
            yield return "limits descriptors to fewer than 32, with which no .NET program starts";
        if (limits.Processes is > 0 and < 16)
            yield return "limits processes and threads to fewer than 16, with which no .NET program runs";
        if (limits.Memory < 0 || limits.ProcessorTime < 0 || limits.WallTime < TimeSpan.Zero || limits.Processes < 0 || limits.Descriptors < 0 || limits.FileSize < 0 || limits.Output < 0)
            yield return "has a negative limit";
    }
}
