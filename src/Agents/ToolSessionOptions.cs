namespace ActorBrowser.Agents;

/// <summary>What the tools of one session may do, and how much one call may return.</summary>
public sealed record ToolSessionOptions
{
    /// <summary>The folder in which the session's commands start, and which their profile may let them write; null for a private, empty one that is deleted with the session.</summary>
    public string? Workspace { get; init; }

    /// <summary>The sandbox profile of commands; null for <c>command-networked</c> where <see cref="Hosts"/> or <see cref="Secrets"/> are granted, else the configured one (<c>commands.profile</c>).</summary>
    public string? Profile { get; init; }

    /// <summary>Further paths that commands may read: absolute paths, including everything below them.</summary>
    public IReadOnlyList<string> Read { get; init; } = [];

    /// <summary>Hosts that commands may reach, and with an exclamation mark, may not: rules as in <see cref="CommandProtocol.Spawn.Egress"/>.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Secrets by reference: commands and the model see placeholders, and the hosts that they are for get the values.</summary>
    public IReadOnlyList<CommandSecret> Secrets { get; init; } = [];

    /// <summary>Changes each command before it starts, for example to set limits or an environment; null for no change.</summary>
    public Func<CommandProtocol.Spawn, CommandProtocol.Spawn>? Prepare { get; init; }

    /// <summary>Whether fetches and pages may come from loopback, link-local and private addresses. A model can be told by a page to ask for such a URL.</summary>
    public bool AllowPrivateAddresses { get; init; }

    /// <summary>Whether nobody but the person at the client answers <c>request_permission</c>: set it in a program without a permission policy. A client that cannot ask its user then gets an error at once, not a denial at the deadline.</summary>
    public bool OnlyClientDecides { get; init; }

    /// <summary>The most bytes of UTF-8 that a call may ask for in one result; at least 1024.</summary>
    public int MaxResultBytes { get; init; } = 256 << 10;

    /// <summary>The longest body that a fetch reads, and the longest image, in bytes.</summary>
    public long MaxBody { get; init; } = 32 << 20;

    /// <summary>How many commands the session keeps, those that have ended among them. A further one drops the oldest that has ended; if none has ended, it is refused.</summary>
    public int MaxCommands { get; init; } = 16;

    /// <summary>How many pages the session keeps open, each in its own process. A further one closes the page that was used least recently.</summary>
    public int MaxPages { get; init; } = 4;

    /// <summary>The longest time that a command may run.</summary>
    public TimeSpan MaxCommandTime { get; init; } = TimeSpan.FromHours(1);

    internal FetchInitiator Initiator => AllowPrivateAddresses ? FetchInitiator.Embedder : FetchInitiator.PublicPage;

    internal void Check()
    {
        ArgumentNullException.ThrowIfNull(Read);
        ArgumentNullException.ThrowIfNull(Hosts);
        if (EgressRules.Problem(Hosts) is { } problem)
            throw new ArgumentException(problem);
        ArgumentNullException.ThrowIfNull(Secrets);
        if (SessionSecrets.Problem(Secrets) is { } wrong)
            throw new ArgumentException(wrong);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxResultBytes, 1024);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxBody, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxCommands, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxPages, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxCommandTime, TimeSpan.FromSeconds(1));
        if (Workspace is not null && !Path.IsPathFullyQualified(Workspace))
            throw new ArgumentException($"The workspace is '{Workspace}'; it must be an absolute path.");
    }
}
