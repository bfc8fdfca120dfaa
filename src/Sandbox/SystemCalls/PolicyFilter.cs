namespace ActorBrowser.Sandbox;

/// <summary>Builds the system call filter of a policy.</summary>
internal static class PolicyFilter
{
    private const uint NotPermitted = 1;

    private static readonly HashSet<string> StartingProcesses = new(StringComparer.Ordinal) { "fork", "vfork" };

    private static readonly HashSet<string> AskedAbout = new(StringComparer.Ordinal) { "open", "openat", "creat", "execve", "execveat" };

    private static readonly HashSet<string> Executing = new(StringComparer.Ordinal) { "execve", "execveat" };

    /// <summary>Builds the filter.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="table">The processor's calls.</param>
    /// <param name="reports">Whether refused calls can be reported; otherwise they fail with EPERM.</param>
    /// <param name="native">Whether the child is a native program, whose list is shorter.</param>
    /// <param name="asks">Whether the parent looks at each opening and execution first.</param>
    public static CallFilter Build(SandboxPolicy policy, SystemCallTable table, bool reports, bool native = false, bool asks = false)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(table);
        return CallFilter.Build(table, Rules(policy, native), reports ? CallFilter.Notify : CallFilter.Fail | NotPermitted, asks ? IsAskedAbout : null);
    }

    /// <summary>Whether the parent looks at this call first, if the child's filter asks.</summary>
    internal static bool IsAskedAbout(string name) => AskedAbout.Contains(name);

    /// <summary>Whether the filter would allow a call if it did not ask; the kernel compares only the conditions' bits, too.</summary>
    internal static bool Allows(SandboxPolicy policy, string name, in Interop.SeccompRequest request)
    {
        if (!policy.CallsOf(native: false).Contains(name) || !policy.CallsOf(native: true).Contains(name) || (Executing.Contains(name) && !policy.MayExecute))
            return false;
        var rule = GuardedCalls.RuleFor(name, policy);
        if (rule.Errno != 0 || rule.Cases.Count == 0)
            return rule.Errno == 0;
        foreach (var one in rule.Cases)
        {
            if (Meets(one, request))
                return one.Errno == 0;
        }
        return false;
    }

    private static bool Meets(in CallCase one, in Interop.SeccompRequest request)
    {
        foreach (var condition in one.Conditions)
        {
            var value = condition.Argument switch { 0 => request.First, 1 => request.Second, 2 => request.Third, _ => request.Fourth };
            if (((value & condition.Mask) == condition.Value) == condition.Negated)
                return false;
        }
        return true;
    }

    /// <summary>The calls that a policy names, without those that its other settings rule out.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="native">Whether the child is a native program.</param>
    internal static IEnumerable<string> Allowed(SandboxPolicy policy, bool native) => policy.CallsOf(native)
        .Where(name => (policy.MayFork || !StartingProcesses.Contains(name)) && (policy.MayExecute || !Executing.Contains(name)));

    private static IEnumerable<CallRule> Rules(SandboxPolicy policy, bool native)
    {
        foreach (var name in Allowed(policy, native))
            yield return GuardedCalls.RuleFor(name, policy);
        foreach (var name in policy.TriesOf(native).Except(policy.CallsOf(native)))
            yield return GuardedCalls.Refusal(name);
    }
}
