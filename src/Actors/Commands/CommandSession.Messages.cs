using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser;

/// <content>The messages between the session and the registry.</content>
internal sealed partial class CommandSession
{
    /// <summary>The runner is lost, and the command with it.</summary>
    internal sealed record RunnerLost(string Message) : INoSerializationVerificationNeeded;

    /// <summary>To the registry: the command never ran.</summary>
    internal sealed record NotStarted(string Handle) : INoSerializationVerificationNeeded;

    /// <summary>To the registry: the command's processes are gone, and this is what is kept of it.</summary>
    internal sealed record Over(CommandRecord Record) : INoSerializationVerificationNeeded;

    /// <summary>From the registry, which speaks for the command from now on: stop when every subscriber has been told.</summary>
    internal sealed class Retire : INoSerializationVerificationNeeded, Akka.Event.IDeadLetterSuppression
    {
        internal static readonly Retire Instance = new();
    }

    /// <summary>To the registry: a question that reached the session of this handle after its end. The message's sender is who asked.</summary>
    internal sealed record Unanswered(string Handle, ICommand Question) : INoSerializationVerificationNeeded;

    private sealed class Producer(ulong id, string handle, Spawn spawn, CommandPipes pipes, CommandSettings settings, RunnerQueue runner, IActorRef requester) : IIndirectActorProducer
    {
        public Type ActorType => typeof(CommandSession);

        public ActorBase Produce() => new CommandSession(id, handle, spawn, pipes, settings, runner, requester);

        public void Release(ActorBase actor)
        {
        }
    }
}
