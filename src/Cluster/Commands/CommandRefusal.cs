using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Cluster;

/// <summary>Why a command of the cluster is not started, or a question about one is not answered.</summary>
internal static class CommandRefusal
{
    private const string Tls = "akka.remote.dot-netty.tcp.enable-ssl";

    /// <summary>Refuses what cannot leave this node; null for a command that can.</summary>
    internal static SpawnRefused? Of(Spawn spawn, ActorSystem system)
    {
        if (spawn.Input == CommandInput.Descriptor || spawn.InputDescriptor is not null)
        {
            spawn.InputDescriptor?.Dispose();
            return new SpawnRefused(SpawnFailure.InvalidRequest, 0, "A descriptor stays on its node: use CommandInput.Pipe and WriteInput, which a command on any node can read.");
        }
        return spawn.Secrets is { Count: > 0 } && !system.Settings.Config.GetBoolean(Tls, false)
            ? new SpawnRefused(SpawnFailure.Denied, 0, $"Spawn.Secrets holds values, which are sent to another node only over TLS: set {Tls} = on.")
            : null;
    }

    internal static SpawnRefused Of(ConversationFailure failure, string problem) => new(
        failure switch
        {
            ConversationFailure.NodeLost => SpawnFailure.NodeLost,
            ConversationFailure.NodesFull => SpawnFailure.NodesFull,
            ConversationFailure.Denied => SpawnFailure.Denied,
            ConversationFailure.Stopped => SpawnFailure.Stopped,
            _ => SpawnFailure.Unavailable,
        }, 0, problem);

    /// <summary>The answer to a question, or to a request that has no refusal of its own.</summary>
    internal static Akka.Actor.Status.Failure FailureOf(ConversationFailure failure, string problem) => new(failure switch
    {
        ConversationFailure.NodeLost => new NodeLostException(problem),
        ConversationFailure.NodesFull => new NodesFullException(problem),
        ConversationFailure.Stopped => new BrowserStoppedException(problem),
        _ => new InvalidOperationException(problem),
    });
}
