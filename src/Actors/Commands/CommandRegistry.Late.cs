using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser;

/// <content>Refuses a request that cannot be copied, and handles messages that arrive too late.</content>
internal sealed partial class CommandRegistry
{
    private Spawn? Own(Spawn spawn)
    {
        if (spawn.Own(out var refused) is { } own)
            return own;
        Refuse(spawn, Sender, refused!);
        return null;
    }

    // Handles frames about commands that have ended or never existed. Frames about running commands go straight to the sessions.
    private void OnFrames(IReadOnlyList<ChildFrames.UserFrame> frames)
    {
        foreach (var frame in frames)
        {
            if (_commands.TryFind(frame.Id, out var entry))
                entry.Session.Tell(frame);
            else
                (frame as ChildFrames.CommandReady)?.CloseUntaken();
        }
    }

    // The session has stopped, and had reported the command's end before it sent this message.
    private void OnUnanswered(CommandSession.Unanswered late)
    {
        if (_commands.TryFind(late.Handle, out var entry) && entry.Record is { } record)
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
