using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser;

/// <content>What it is told and tells behind the protocol, and how it is made.</content>
internal sealed partial class CommandSession
{
    /// <summary>The runner, and with it the command, is gone.</summary>
    internal sealed record RunnerLost(string Message) : INoSerializationVerificationNeeded;

    /// <summary>To the registry: it never ran.</summary>
    internal sealed record NotStarted(string Handle) : INoSerializationVerificationNeeded;

    /// <summary>To the registry: its processes are gone, and this is what is left of it.</summary>
    internal sealed record Over(CommandRecord Record) : INoSerializationVerificationNeeded;

    /// <summary>From the registry, which speaks for the command from now on: stop when every subscriber has been told.</summary>
    internal sealed class Retire : INoSerializationVerificationNeeded, Akka.Event.IDeadLetterSuppression
    {
        internal static readonly Retire Instance = new();
    }

    /// <summary>To the registry: a question that reached the session of this handle after its end. Its sender is who asked.</summary>
    internal sealed record Unanswered(string Handle, ICommand Question) : INoSerializationVerificationNeeded;

    private sealed class IdleOver : INoSerializationVerificationNeeded
    {
        internal static readonly IdleOver Instance = new();
    }

    private sealed class WaitOver : INoSerializationVerificationNeeded;

    private sealed class Producer(ulong id, string handle, Spawn spawn, CommandPipes pipes, CommandSettings settings, RunnerQueue runner, IActorRef requester) : IIndirectActorProducer
    {
        public Type ActorType => typeof(CommandSession);

        public ActorBase Produce() => new CommandSession(id, handle, spawn, pipes, settings, runner, requester);

        public void Release(ActorBase actor)
        {
        }
    }
}
