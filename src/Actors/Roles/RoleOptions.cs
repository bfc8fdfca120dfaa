using ActorBrowser.Sandbox;
using Akka.Actor;
using Akka.Hosting;

namespace ActorBrowser;

/// <summary>Options of a typed role. The configuration of <c>actorbrowser.roles.NAME</c> takes precedence.</summary>
public sealed class RoleOptions
{
    internal int? MaxProcesses { get; private set; }

    internal int? Spares { get; private set; }

    internal int? MaxConcurrent { get; private set; }

    internal TimeSpan? Timeout { get; private set; }

    internal bool IsInProcess { get; private set; }

    /// <summary>The full path of the plugin's assembly; null if the role is no plugin.</summary>
    internal string? Plugin { get; init; }

    internal Func<SandboxPolicy, SandboxPolicy>? Profile { get; private set; }

    /// <summary>Sets the role's processes.</summary>
    /// <param name="max">The most processes, at least 1; null for the configured number.</param>
    /// <param name="spares">Processes that are kept ready without a request; null for the configured number.</param>
    /// <param name="concurrent">How many requests one process handles at a time, at least 1; null for the configured number. With more than 1, handlers of one object run at the same time.</param>
    public RoleOptions WithPool(int? max = null, int? spares = null, int? concurrent = null)
    {
        if (max is { } most)
            ArgumentOutOfRangeException.ThrowIfLessThan(most, 1, nameof(max));
        if (spares is { } ready)
            ArgumentOutOfRangeException.ThrowIfNegative(ready, nameof(spares));
        if (concurrent is { } together)
            ArgumentOutOfRangeException.ThrowIfLessThan(together, 1, nameof(concurrent));
        (MaxProcesses, Spares, MaxConcurrent) = (max ?? MaxProcesses, spares ?? Spares, concurrent ?? MaxConcurrent);
        return this;
    }

    /// <summary>Sets how long a request may take, including the wait for a process.</summary>
    /// <param name="timeout">Zero for no limit.</param>
    public RoleOptions WithTimeout(TimeSpan timeout)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.Zero);
        Timeout = timeout;
        return this;
    }

    /// <summary>Changes the sandbox policy of the role's processes.</summary>
    /// <param name="change">Gets the profile that <c>actorbrowser.sandbox.roles.NAME</c> names, or the profile <c>role</c>.</param>
    public RoleOptions WithProfile(Func<SandboxPolicy, SandboxPolicy> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        Profile = change;
        return this;
    }

    /// <summary>
    /// Runs the handlers in this process, for a debugger and for tests. Messages are serialised as for a child. Nothing is confined,
    /// and a handler that goes on after its time cannot be ended. While a debugger is attached, no time is limited.
    /// </summary>
    public RoleOptions InProcess()
    {
        IsInProcess = true;
        return this;
    }
}

/// <summary>A role that a program adds to its browser.</summary>
/// <param name="Definition">The role.</param>
/// <param name="Options">Its options.</param>
/// <param name="Register">Registers its actor by its class, unless another role of that class was registered before.</param>
internal sealed record RoleRegistration(RoleDefinition Definition, RoleOptions Options, Action<IActorRegistry, IActorRef> Register);
