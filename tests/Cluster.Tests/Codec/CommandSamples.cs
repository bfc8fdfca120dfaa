using ActorBrowser.Cluster;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.ClusterTests;

/// <summary>Messages about commands, images and roles, with every field set, and with every optional one missing.</summary>
internal static class CommandSamples
{
    private static readonly DateTimeOffset Then = new(2026, 11, 29, 22, 41, 30, TimeSpan.Zero);

    private static readonly byte[] NotText = [0xFF, 0x41, 0xC3];

    private static readonly CommandExit Exit = new(3, 9, true, ExitCause.OutputLimit, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), 1 << 20, TimeSpan.FromSeconds(3), Then)
    {
        Blocked = "The profile command refused: socket(AF_INET).",
        IsBlockedTold = true,
        Appeared = [".vscode", ".git/hooks"],
        Confinement = new CommandConfinement(["system-calls", "world"], ["control-group is missing: no cgroup"]),
    };

    private static readonly CommandExit BareExit = new(null, null, false, ExitCause.Itself, default, default, 0, default, Then);

    private static readonly CommandSnapshot Snapshot = new(
        "cmd-1-2", "ls -l", CommandStatus.TimedOut, 42, Then, Then.AddSeconds(3), Exit, new RetainedOutput(NotText, 5, NotText), new RetainedOutput(NotText, 6, NotText), 17);

    private static readonly CommandSnapshot BareSnapshot = new("cmd-1-2", "ls", CommandStatus.Running, 0, Then, null, null, new RetainedOutput(default, 0, default), new RetainedOutput(default, 0, default), 0);

    private static readonly ChildProcessProtocol.ChildExited Exited = new(
        ActorRefs.Nobody, "image-decoder", 7, ExitReason.Killed, KillCause.Limit, 3, 9, "It was killed.", [1, ulong.MaxValue], ["one", "two"], Then, Then.AddSeconds(1), Then.AddSeconds(2))
    {
        Layers = [new LayerReport("seccomp", true, "filter")],
        Image = ChildImage.Native,
        WillRecur = true,
        DiedAtStart = true,
        Limit = "memory",
        Dump = "core.7",
    };

    private static readonly ChildProcessProtocol.ChildExited BareExited = new(
        ActorRefs.Nobody, "r", 0, ExitReason.Clean, KillCause.None, null, null, "", [], [], Then, null, Then);

    private static readonly RoleFailureReport Report = new(RoleFailureKind.BadAnswer, "System.Exception", "wrong", "at Main", new RoleFailureReport(RoleFailureKind.BadAnswer, "T", "m", "s", null));

    /// <summary>Every message with every field set.</summary>
    internal static readonly object[] Full =
    [
        new CommandOrder([CommandText.FromBytes(NotText), "-l"])
        {
            IsAwaited = true,
            Folder = CommandText.FromBytes(NotText),
            Environment = CommandEnvironment.AllowList("PATH", "HOME") with { Variables = new Dictionary<string, CommandText> { ["A"] = CommandText.FromBytes(NotText), ["B"] = "b" } },
            Input = CommandInput.Pipe,
            Output = CommandOutput.Terminal,
            Columns = 81,
            Rows = 25,
            TotalTimeout = TimeSpan.FromSeconds(1),
            IdleTimeout = TimeSpan.FromSeconds(2),
            Grace = TimeSpan.FromSeconds(3),
            DrainTimeout = TimeSpan.FromSeconds(4),
            Limits = new CommandLimits(1, 2, 3, 4, 5, 6),
            SpillFile = "/tmp/spill",
            Profile = "command",
            OnRefusal = RefusalMode.Ask,
            Egress = ["example.org", "!*.example.org"],
            Secrets = [new CommandSecret("TOKEN", "12345678", "example.org", 8443)],
            Read = ["/srv"],
            World = "w",
            Scratch = "s",
            Subscription = new CommandSubscription(1, true, 2),
            Subscriber = 3,
            TraceParent = "00-1",
        },
        new CommandAttach("cmd-1-2"),
        new CommandStarted("cmd-1-2", 42, Then),
        new SpawnRefused(SpawnFailure.Denied, 13, "No."),
        new CommandForget(4),
        new CommandOver(),
        new CommandHandlesOrder(),
        new CommandHandles([new("cmd-1-2", true), new("cmd-1-3", false)]),
        .. Said(1, [
            new CommandSubscription(7, true, 65536), new GrantOutput(long.MaxValue), new WriteInput(NotText) { Offset = 5 }, CloseInput.Instance,
            new CommandProtocol.SendSignal(15), new ResizeTerminal(100, 50), new CommandProtocol.Terminate(TimeSpan.FromSeconds(5)), GetSnapshot.Instance, new Poll("h"),
            new Wait("h", TimeSpan.FromSeconds(6)), new KillCommand("h", TimeSpan.FromSeconds(7)), new Release("h"),
        ]),
        .. Heard(2, [
            new OutputChunk(OutputStream.Error, 1, 2, NotText), new OutputText(OutputStream.Output, 3, 4, "text"), new OutputGap(5, 6), new CommandExited("h", Exit),
            new CommandClosed("h", Exit, 7, 8, 9), new InputTaken(10, true), new InputRefused("Closed."), new SpillFailed("Full."), Snapshot, new Waited(Snapshot, true), new Released("h", true), new UnknownHandle("h"),
            new NodeFailure(NodeFailureKind.RoleFailed, "m") { TypeName = "t", Refusal = RoleRefusal.Unavailable, WasStarted = true, Report = Report, Exited = Exited },
        ]),
        new DecodeOrder(NotText, 3, 4, "example.org") { TraceParent = "00-1" },
        new PixelsBegin(new ImageDecoded("png", 10, 11, 12, 13, [14, 15]), 16),
        new Pixels(17, NotText),
        new PixelCredit(18),
        new ImageProtocol.DecodeRefused(DecodeFailure.NoMemory, "No memory.") { Exited = Exited },
        new RoleOrder("greeter", "Request:A>B", NotText) { Timeout = TimeSpan.FromSeconds(8), TraceParent = "00-1" },
        new RoleAnswer(NotText),
        new RoleItems(NotText, 19),
        new RoleEnd(),
        new RoleConsumed(20),
        new NodeFailure(NodeFailureKind.ChildLost, "m") { TypeName = "t", Refusal = RoleRefusal.TooLong, WasStarted = true, Report = Report, Exited = Exited },
    ];

    /// <summary>Messages whose optional fields are missing.</summary>
    internal static readonly object[] Bare =
    [
        new CommandOrder([]),
        new CommandOrder(["true"]) { Environment = CommandEnvironment.Nothing, Egress = [], Secrets = [], Read = [] },
        new CommandHandles([]),
        .. Said(long.MaxValue, [new WriteInput(default), new CommandProtocol.Terminate(), new Wait(""), new KillCommand("")]),
        .. Heard(long.MaxValue, [new OutputChunk(OutputStream.Output, 0, 0, default), new CommandExited("", BareExit), BareSnapshot, new Waited(BareSnapshot, false), new NodeFailure(NodeFailureKind.Other, "")]),
        new ImageProtocol.DecodeRefused(null, "") { Exited = BareExited },
        new ImageProtocol.DecodeRefused(null, ""),
        new RoleOrder("", "", default),
        new RoleAnswer(default),
    ];

    private static IEnumerable<object> Said(long actor, object[] messages) => messages.Select(message => new CommandSaid(actor, message));

    private static IEnumerable<object> Heard(long actor, object[] messages) => messages.Select(message => new CommandHeard(actor, message));
}
