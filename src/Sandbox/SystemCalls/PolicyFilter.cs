namespace ActorBrowser.Sandbox;

/// <summary>The system call filter of a policy.</summary>
internal static class PolicyFilter
{
    private const uint NotPermitted = 1;

    private static readonly HashSet<string> StartingProcesses = new(StringComparer.Ordinal) { "fork", "vfork" };

    private static readonly HashSet<string> Executing = new(StringComparer.Ordinal) { "execve", "execveat" };

    /// <summary>Builds it.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="table">The processor's calls.</param>
    /// <param name="reports">Whether refused calls can be told to somebody; they fail with EPERM where not.</param>
    public static CallFilter Build(SandboxPolicy policy, SystemCallTable table, bool reports)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(table);
        return CallFilter.Build(table, Rules(policy), reports ? CallFilter.Notify : CallFilter.Fail | NotPermitted);
    }

    private static IEnumerable<CallRule> Rules(SandboxPolicy policy)
    {
        foreach (var name in policy.SystemCalls)
        {
            if ((policy.MayFork || !StartingProcesses.Contains(name)) && (policy.MayExecute || !Executing.Contains(name)))
                yield return GuardedCalls.RuleFor(name, policy);
        }
        foreach (var name in policy.QuietlyDenied.Except(policy.SystemCalls))
            yield return GuardedCalls.Refusal(name);
    }
}
