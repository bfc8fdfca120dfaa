namespace ActorBrowser.Sandbox;

/// <summary>Builds the system call filter of a policy.</summary>
internal static class PolicyFilter
{
    private const uint NotPermitted = 1;

    private static readonly HashSet<string> StartingProcesses = new(StringComparer.Ordinal) { "fork", "vfork" };

    private static readonly HashSet<string> Executing = new(StringComparer.Ordinal) { "execve", "execveat" };

    /// <summary>Builds the filter.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="table">The processor's calls.</param>
    /// <param name="reports">Whether refused calls can be reported; otherwise they fail with EPERM.</param>
    /// <param name="native">Whether the child is a native program, whose list is shorter.</param>
    public static CallFilter Build(SandboxPolicy policy, SystemCallTable table, bool reports, bool native = false)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(table);
        return CallFilter.Build(table, Rules(policy, native), reports ? CallFilter.Notify : CallFilter.Fail | NotPermitted);
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
