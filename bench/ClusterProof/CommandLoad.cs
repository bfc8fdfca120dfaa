using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.ClusterProof;

/// <summary>Commands that wait for a line of input, each started by an actor that stays to hear of a second end.</summary>
/// <param name="front">Asks.</param>
/// <param name="nodes">Find the node of a command by its process.</param>
internal sealed class CommandLoad(Front front, Nodes nodes) : Load(front)
{
    private readonly ConcurrentDictionary<int, IActorRef> _sessions = new();
    private readonly Dictionary<int, string> _nodes = [];

    internal override string Name => "commands";

    internal override string? NodeOf(int number) => _nodes.GetValueOrDefault(number);

    internal override void Release()
    {
        foreach (var session in _sessions.Values)
            session.Tell(new WriteInput(Encoding.ASCII.GetBytes("go\n")));
    }

    internal override IEnumerable<string> Violations(int number, bool isAffected)
    {
        foreach (var violation in base.Violations(number, isAffected))
            yield return violation;
        // The line of input came after the node was lost.
        if (isAffected && Ends.Of(number) is [{ Kind: not EndKind.NodeLost } end])
            yield return $"command {number} was on the lost node, and ended with {end.Detail}";
    }

    protected override async Task UnderWayAsync(int count)
    {
        await UntilAsync(() => _sessions.Count + Ends.Count >= count, () => $"{_sessions.Count} of {count} commands have started");
        foreach (var number in Numbers)
        {
            if (ProcessTree.WithArgument(Mark(number)) is { } pid && nodes.Above(pid) is { } node)
                _nodes[number] = node.Name;
        }
        if (_nodes.Count < count)
            throw new TimeoutException($"The processes of {count - _nodes.Count} of {count} commands were not found below a node.");
    }

    protected override void Begin(int number)
    {
        var spawn = new Spawn(["/bin/sh", "-c", "read line && test \"$line\" = go", Mark(number)]) { Input = CommandInput.Pipe };
        Keep(Front.System.ActorOf(Props.Create(() => new Runner(Front.Cluster, spawn, number, this))));
    }

    private static string Mark(int number) => string.Create(CultureInfo.InvariantCulture, $"proof-{Environment.ProcessId}-command-{number}");

    private sealed class Runner(IActorRef cluster, Spawn spawn, int number, CommandLoad load) : UntypedActor
    {
        protected override void PreStart() => cluster.Tell(spawn with { Subscription = new Subscribe(Self) }, Self);

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case Spawned spawned:
                    load._sessions[number] = spawned.Session;
                    break;
                case SpawnRefused refused:
                    load.Ends.Add(number, refused.Kind == SpawnFailure.NodeLost ? EndKind.NodeLost : EndKind.Other, $"{refused.Kind}: {refused.Message}");
                    break;
                case CommandClosed { Exit: { Cause: ExitCause.NodeLost } }:
                    load.Ends.Add(number, EndKind.NodeLost, "NodeLost");
                    break;
                case CommandClosed { Exit: { ExitCode: 0, Cause: ExitCause.Itself } }:
                    load.Ends.Add(number, EndKind.Answered, "exit 0");
                    break;
                case CommandClosed closed:
                    load.Ends.Add(number, EndKind.Other, closed.Exit.ToString() ?? "");
                    break;
            }
        }
    }
}
