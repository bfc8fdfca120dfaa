using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser;

/// <content>How a session is made, and its messages with the registry.</content>
internal sealed partial class CommandSession
{
    internal static Props Props(ulong id, string handle, Spawn spawn, CommandPipes pipes, CommandSettings settings, RunnerQueue runner, IActorRef requester, IActorRef permissions) =>
        // No expression and no type: Akka would analyse those for each command, which takes longer than the rest of the command's start.
        Akka.Actor.Props.CreateBy(new Producer(id, handle, spawn, pipes, settings, runner, requester, permissions));

    /// <summary>From the registry: the runner is lost, and the command with it.</summary>
    /// <param name="Message">Why, as a sentence.</param>
    /// <param name="Limit">The limit that ended the runner, which its command shares; null if none did.</param>
    internal sealed record RunnerLost(string Message, string? Limit) : INoSerializationVerificationNeeded
    {
        internal ExitCause Cause => Limit switch
        {
            "memory" => ExitCause.MemoryLimit,
            "processes" => ExitCause.ProcessLimit,
            _ => ExitCause.RunnerLost,
        };
    }

    /// <summary>To the registry: the command never ran.</summary>
    internal sealed record NotStarted(string Handle) : INoSerializationVerificationNeeded;

    /// <summary>To the registry: the command's processes are gone; the record is what the registry keeps.</summary>
    internal sealed record Over(CommandRecord Record) : INoSerializationVerificationNeeded;

    /// <summary>From the registry, which answers for the command from now on: stop once every subscriber was told of the end.</summary>
    internal sealed class Retire : INoSerializationVerificationNeeded, Akka.Event.IDeadLetterSuppression
    {
        internal static readonly Retire Instance = new();
    }

    /// <summary>To the registry: a question that reached this handle's session after the session had stopped. The message's sender is the asker.</summary>
    internal sealed record Unanswered(string Handle, ICommand Question) : INoSerializationVerificationNeeded;

    private void Terminate(TimeSpan? grace)
    {
        // A command that waits for a runner has no process to end, and its runner may never come.
        if (!_life.HasStarted && !_life.IsOver && _runner.TryWithdraw(_id))
            Refuse(new SpawnFailed(SpawnFailure.Unavailable, 0, "The command was ended before there was a runner to start it."));
        else
            Send(new Transport.Terminate(CommandRequest.Milliseconds(grace ?? _spawn.Grace ?? _settings.Grace)));
    }

    private sealed class Producer(ulong id, string handle, Spawn spawn, CommandPipes pipes, CommandSettings settings, RunnerQueue runner, IActorRef requester, IActorRef permissions) : IIndirectActorProducer
    {
        public Type ActorType => typeof(CommandSession);

        public ActorBase Produce() => new CommandSession(id, handle, spawn, pipes, settings, runner, requester, permissions);

        public void Release(ActorBase actor)
        {
        }
    }
}
