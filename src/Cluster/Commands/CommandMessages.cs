using ActorBrowser.Transport;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Cluster;

/// <summary>A command as it is asked of a node: <see cref="Spawn"/> without what stays on the asker's node, which is a descriptor, a subscriber and a span.</summary>
/// <param name="Arguments">See <see cref="Spawn"/>, as for all fields.</param>
internal sealed record CommandOrder(IReadOnlyList<CommandText> Arguments)
{
    internal bool IsAwaited { get; init; }

    internal CommandText? Folder { get; init; }

    internal CommandEnvironment? Environment { get; init; }

    internal CommandInput Input { get; init; }

    internal CommandOutput Output { get; init; }

    internal int Columns { get; init; } = 80;

    internal int Rows { get; init; } = 24;

    internal TimeSpan? TotalTimeout { get; init; }

    internal TimeSpan? IdleTimeout { get; init; }

    internal TimeSpan? Grace { get; init; }

    internal TimeSpan? DrainTimeout { get; init; }

    internal CommandLimits Limits { get; init; }

    internal string? SpillFile { get; init; }

    internal string? Profile { get; init; }

    internal RefusalMode? OnRefusal { get; init; }

    internal IReadOnlyList<string>? Egress { get; init; }

    internal IReadOnlyList<CommandSecret>? Secrets { get; init; }

    internal IReadOnlyList<string>? Read { get; init; }

    internal string? World { get; init; }

    internal string? Scratch { get; init; }

    /// <summary>The asker's span, as W3C Trace Context writes it; null for none.</summary>
    internal string? TraceParent { get; init; }

    /// <summary>The subscription at the start; null for none.</summary>
    internal CommandSubscription? Subscription { get; init; }

    /// <summary>The subscriber's number, if there is a subscription.</summary>
    internal long Subscriber { get; init; }

    /// <summary>The order for a command whose lists no other code can change.</summary>
    internal static CommandOrder Of(Spawn spawn, CommandSubscription? subscription, long subscriber) => new(spawn.Arguments)
    {
        IsAwaited = spawn.IsAwaited,
        Folder = spawn.Folder,
        Environment = spawn.Environment,
        Input = spawn.Input,
        Output = spawn.Output,
        Columns = spawn.Columns,
        Rows = spawn.Rows,
        TotalTimeout = spawn.TotalTimeout,
        IdleTimeout = spawn.IdleTimeout,
        Grace = spawn.Grace,
        DrainTimeout = spawn.DrainTimeout,
        Limits = spawn.Limits,
        SpillFile = spawn.SpillFile,
        Profile = spawn.Profile,
        OnRefusal = spawn.OnRefusal,
        Egress = spawn.Egress,
        Secrets = spawn.Secrets,
        Read = spawn.Read,
        World = spawn.World,
        Scratch = spawn.Scratch,
        TraceParent = TraceText.Of(spawn.TraceParent),
        Subscription = subscription,
        Subscriber = subscriber,
    };

    /// <summary>The request for the browser of the node that runs the command.</summary>
    /// <param name="subscription">With the actor that stands for the subscriber; null for none.</param>
    internal Spawn ToSpawn(Subscribe? subscription) => new(Arguments)
    {
        IsAwaited = IsAwaited,
        // The runner's folder is that of the node's program: another node's command has nothing to do there.
        Folder = Folder ?? Path.GetTempPath(),
        HasNoWorkspace = Folder is null,
        Environment = Environment,
        Input = Input,
        Output = Output,
        Columns = Columns,
        Rows = Rows,
        TotalTimeout = TotalTimeout,
        IdleTimeout = IdleTimeout,
        Grace = Grace,
        DrainTimeout = DrainTimeout,
        Limits = Limits,
        SpillFile = SpillFile,
        Profile = Profile,
        OnRefusal = OnRefusal,
        Egress = Egress,
        Secrets = Secrets,
        Read = Read,
        World = World,
        Scratch = Scratch,
        TraceParent = TraceText.Read(TraceParent),
        Subscription = subscription,
    };
}

/// <summary>Opens a conversation about a command that a node has: its handle, as that node's browser names it.</summary>
internal sealed record CommandAttach(string Handle);

/// <summary>The command has started.</summary>
/// <param name="Handle">As the node's browser names it.</param>
/// <param name="ProcessId">Its pid, on its node.</param>
/// <param name="StartedAt">In UTC, by its node's clock.</param>
internal sealed record CommandStarted(string Handle, int ProcessId, DateTimeOffset StartedAt);

/// <summary>
/// An actor of the asking node says something to the command. The node that has the command lets an actor there say it, one for each
/// number, so that the command's session tells them apart.
/// </summary>
/// <param name="Actor">The actor's number within the conversation, above 0.</param>
/// <param name="Message">A message of <see cref="CommandCodecs.Said"/>.</param>
internal sealed record CommandSaid(long Actor, object Message);

/// <summary>What an actor of the asking node is told.</summary>
/// <param name="Actor">Its number.</param>
/// <param name="Event">A message of <see cref="CommandCodecs.Heard"/>.</param>
internal sealed record CommandHeard(long Actor, object Event);

/// <summary>An actor of the asking node says and hears nothing any more.</summary>
internal sealed record CommandForget(long Actor);

/// <summary>All processes of the command are gone, or it never ran: its node answers for it from what it retains.</summary>
internal sealed record CommandOver;

/// <summary>Said by the subscriber: <see cref="Subscribe"/>.</summary>
/// <param name="From">See <see cref="Subscribe.From"/>.</param>
/// <param name="Text">See <see cref="Subscribe.Text"/>.</param>
/// <param name="Credit">How many bytes may come before the first <see cref="GrantOutput"/>. Between nodes there always is a limit.</param>
internal sealed record CommandSubscription(long From, bool Text, long Credit);

/// <summary>Asks a node for the handles that its browser knows.</summary>
internal sealed record CommandHandlesOrder;

/// <summary>A node's handles, oldest first.</summary>
internal sealed record CommandHandles(IReadOnlyList<CommandHandles.Entry> Entries)
{
    /// <summary>One command.</summary>
    internal readonly record struct Entry(string Handle, bool IsOver);
}
