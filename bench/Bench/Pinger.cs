using Akka.Actor;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser.Bench;

/// <summary>Keeps a number of pings under way to one child until a count has been answered.</summary>
internal sealed class Pinger : UntypedActor
{
    private readonly IActorRef _child;
    private readonly int _window;
    private int _unsent;
    private int _unanswered;
    private TaskCompletionSource? _done;

    public Pinger(IActorRef child, int window)
    {
        _child = child;
        _window = window;
    }

    internal static Task RunAsync(IActorRef pinger, int count)
    {
        var run = new Run(count, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        pinger.Tell(run);
        return run.Done.Task;
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Pong:
                if (_unsent > 0)
                    Send();
                if (--_unanswered == 0)
                    _done!.SetResult();
                break;
            case Run run:
                (_unsent, _unanswered, _done) = (run.Count, run.Count, run.Done);
                for (var i = 0; i < _window && _unsent > 0; i++)
                    Send();
                break;
            case Akka.Actor.Status.Failure failure:
                _done?.TrySetException(failure.Cause);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Send()
    {
        _unsent--;
        _child.Tell(Ping.Instance, Self);
    }

    private sealed record Run(int Count, TaskCompletionSource Done) : INoSerializationVerificationNeeded;
}
