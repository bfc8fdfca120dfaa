using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Cli;

/// <summary>Writes a command's output to this process's output, one piece at a time: if the reader stops reading, the command stops as well.</summary>
internal sealed class ExecReceiver : UntypedActor
{
    private const long Ahead = 256 << 10;

    private readonly IActorRef _browser;
    private readonly Spawn _spawn;
    private bool _discard;
    private readonly TaskCompletionSource<IEvent> _done;
    private readonly TerminalInput? _keyboard;
    // Not the console's streams, which do not report that the reader is gone.
    private readonly Stream _output = StandardOutput.Open(isError: false);
    private readonly Stream _error = StandardOutput.Open(isError: true);
    private readonly Queue<object> _early = new();
    private IActorRef _session = ActorRefs.Nobody;

    public ExecReceiver(IActorRef browser, Spawn spawn, bool discard, TerminalInput? keyboard, TaskCompletionSource<IEvent> done)
    {
        _browser = browser;
        _spawn = spawn;
        _discard = discard;
        _done = done;
        _keyboard = keyboard;
    }

    protected override void PreStart() => _browser.Tell(_spawn with { Subscription = new Subscribe(Self) { Credit = Ahead } });

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Spawned spawned:
                _session = spawned.Session;
                while (_early.TryDequeue(out var early))
                    _session.Tell(early);
                break;
            case OutputChunk chunk:
                Write(chunk);
                break;
            case SpawnRefused or CommandClosed:
                _done.TrySetResult((IEvent)message);
                break;
            case Status.Failure failure:
                _done.TrySetException(failure.Cause);
                break;
            case InputTaken taken:
                _keyboard?.OnTaken(taken);
                break;
            case Interrupt when _session.IsNobody():
                // No command has started yet that could react; the runner ends with this process's actors.
                _done.TrySetCanceled();
                break;
            case Interrupt:
                // The command decides how to react to Ctrl-C; a second Ctrl-C ends this process and all its children.
                Pass(Interruption.Received == 2 ? new CommandProtocol.SendSignal(2) : new CommandProtocol.Terminate());
                break;
            case WriteInput or ResizeTerminal:
                Pass(message);
                break;
            default:
                break;
        }
    }

    private void Pass(object command)
    {
        if (_session.IsNobody())
            _early.Enqueue(command);
        else
            _session.Tell(command);
    }

    private void Write(OutputChunk chunk)
    {
        try
        {
            // Blocks this actor on purpose: credit is granted only after a piece was written, so no output piles up.
            if (!_discard)
                (chunk.Stream == OutputStream.Error ? _error : _output).Write(chunk.Data.Span);
            _session.Tell(new GrantOutput(chunk.Data.Length));
            if (_session.IsNobody())
                Sender.Tell(new GrantOutput(chunk.Data.Length));
        }
        catch (IOException)
        {
            // As in a pipeline, end the command; StandardOutput has kept the failure for the exit code.
            Sender.Tell(new CommandProtocol.Terminate(TimeSpan.Zero));
            _discard = true;
            _session.Tell(new GrantOutput(chunk.Data.Length));
        }
    }

    internal sealed class Interrupt
    {
        internal static readonly Interrupt Instance = new();
    }
}
