using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser;

/// <content>What a sender may change, and what comes too late.</content>
internal sealed partial class CommandRegistry
{
    // Lists are the sender's own: one that changes, or throws, as it is read would harm the commands of others.
    private Spawn? Own(Spawn spawn)
    {
        try
        {
            return spawn with
            {
                Arguments = spawn.Arguments?.ToArray()!,
                Read = spawn.Read?.ToArray(),
                Environment = spawn.Environment?.Own(),
            };
        }
        catch (Exception e)
        {
            Refuse(spawn, Sender, new SpawnRefused(Transport.SpawnFailure.InvalidRequest, 0, $"What is to be started cannot be read: {e.Message}"));
            return null;
        }
    }

    // The session has ended, and what it had to tell of that has come before this.
    private void OnUnanswered(CommandSession.Unanswered late)
    {
        if (_entries.TryGetValue(late.Handle, out var entry) && entry.Record is { } record)
            Answer(record, late.Question);
        else
            Sender.Tell(new UnknownHandle(late.Handle));
    }

    private void Answer(CommandRecord record, ICommand question)
    {
        if (question is Subscribe subscription)
            Context.ActorOf(CommandReplay.Props(record, subscription));
        else
            Sender.Tell(question switch
            {
                Wait => new Waited(record.Snapshot, TimedOut: false),
                WriteInput => new InputRefused("The command has ended."),
                _ => (IEvent)record.Snapshot,
            });
    }
}
