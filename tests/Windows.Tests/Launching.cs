using ActorBrowser.Sandbox;

namespace ActorBrowser.WindowsTests;

/// <summary>Starts this program as a child, in process.</summary>
internal static class Launching
{
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    internal static string Program => Environment.ProcessPath!;

    internal static ChildLaunch Of(string role, LaunchPlan? plan = null) => new()
    {
        Role = role,
        Executable = new ChildExecutable(Program, []),
        Plan = plan,
        Environment = new Dictionary<string, string>(StringComparer.Ordinal),
        RetainedStderrLines = 20,
        MaxLogLineBytes = 4096,
        Log = null,
    };

    /// <summary>The policy's plan on this machine.</summary>
    internal static LaunchPlan PlanOf(SandboxPolicy policy) => LaunchPlan.Create(policy, new ChildExecutable(Program, []), Machine.Current);

    /// <summary>As a helper: starts a child that waits for its pipe, prints its pid, and waits.</summary>
    internal static int StartAndWait()
    {
        using var endpoint = new Transport.NamedPipeEndpoint();
        var child = ChildLauncher.LaunchAsync(Of("renderer") with { PipeName = endpoint.Name, PipeSecret = endpoint.Secret }).GetAwaiter().GetResult();
        using var channel = endpoint.AcceptAsync(Transport.ChannelLimits.Default, CancellationToken.None, child.Id).GetAwaiter().GetResult();
        Console.Out.WriteLine(child.Id);
        using var never = new ManualResetEventSlim();
        never.Wait(Timeout.Infinite);
        return 0;
    }
}
