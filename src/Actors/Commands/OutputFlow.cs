using ActorBrowser.Interop;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser;

/// <summary>
/// A command's output from its pipes to the log, the subscribers and the file. The pipes are read as fast as the slowest of subscribers
/// and file takes the output.
/// </summary>
internal sealed class OutputFlow : IDisposable
{
    private readonly Spawn _spawn;
    private readonly OutputLog _log;
    private readonly CommandLife _life;
    private readonly OutputPipes _pipes;
    private readonly OutputFanout _fanout;
    private readonly OutputFile _file;
    private readonly Action _onLimit;

    /// <summary>See the class.</summary>
    /// <param name="context">The session's.</param>
    /// <param name="spawn">What was asked for.</param>
    /// <param name="settings">The limits.</param>
    /// <param name="log">Keeps head and tail of the output.</param>
    /// <param name="life">Whether the command runs.</param>
    /// <param name="onLimit">Called once, when there is more output than the command may write.</param>
    internal OutputFlow(IActorContext context, Spawn spawn, CommandSettings settings, OutputLog log, CommandLife life, Action onLimit)
    {
        _spawn = spawn;
        _log = log;
        _life = life;
        _pipes = new OutputPipes(context.Self, log, settings.Window);
        _fanout = new OutputFanout(context, log, life);
        _file = new OutputFile(context);
        _onLimit = onLimit;
    }

    /// <summary>Whether there was more output than the command may write.</summary>
    internal bool ExceedsLimit { get; private set; }

    /// <summary>Whether every subscriber was told of the command's end.</summary>
    internal bool IsDone => _fanout.IsDone;

    /// <summary>The command's pipes are there.</summary>
    internal void Open(CommandPipes pipes)
    {
        if (pipes.Output is { } output)
            _pipes.Add(OutputStream.Output, output.Read, output.Write);
        if (pipes.Error is { } error)
            _pipes.Add(OutputStream.Error, error.Read, error.Write);
    }

    /// <summary>The command runs.</summary>
    /// <param name="terminal">Its terminal; owned by this from now on.</param>
    internal void Start(SafeDescriptor? terminal)
    {
        if (terminal is not null)
            _pipes.Add(OutputStream.Output, terminal, null);
        if (_spawn.SpillFile is { } path)
            _file.Open(path);
        _pipes.Start();
    }

    /// <summary>A message about output has come.</summary>
    /// <returns>False for a message that is not.</returns>
    internal bool OnReceive(object message, IActorRef sender)
    {
        switch (message)
        {
            case OutputPipe.Read read:
                OnRead(read);
                break;
            case OutputPipe.Ended ended:
                _pipes.OnEnded(ended.Stream);
                break;
            case GrantOutput grant:
                _fanout.Grant(sender, grant.Bytes);
                Advance();
                break;
            case Subscribe subscribe:
                Unsubscribe(subscribe.Subscriber);
                Add(subscribe);
                Advance();
                break;
            case Unsubscribe unsubscribe:
                Unsubscribe(unsubscribe.Subscriber);
                break;
            case Terminated terminated when _file.IsWrittenBy(terminated.ActorRef):
                if (!_file.OnWriterStopped())
                    _fanout.Broadcast(new SpillFailed("The output's file cannot be written: its writer has failed."));
                Advance();
                break;
            case Terminated terminated:
                Unsubscribe(terminated.ActorRef);
                break;
            case SpillWriter.Written written:
                _file.OnWritten(written.Bytes);
                Advance();
                break;
            case SpillFailed failed when _file.IsWrittenBy(sender):
                _fanout.Broadcast(failed);
                break;
            default:
                return false;
        }
        return true;
    }

    /// <summary>Adds a subscriber.</summary>
    internal void Add(Subscribe subscribe) => _fanout.Add(subscribe);

    /// <summary>The command's first process has exited.</summary>
    internal void TellOfExit(CommandExited exited) => _fanout.Broadcast(exited);

    /// <summary>All of its processes are gone: reads what is left in the pipes.</summary>
    internal void ReadToTheEnd() => _pipes.ReadToTheEnd();

    /// <summary>Whether pipes and file are complete. Once the pipes are, nothing more is written to the file.</summary>
    internal bool TryComplete() => _pipes.AreDrained && _file.TryEnd();

    /// <summary>Passes output on to the subscribers, and lets the pipes be read as far ahead of the slowest as is allowed.</summary>
    internal void Advance()
    {
        _fanout.Advance();
        if (_life is { HasStarted: true, IsOver: false })
            _pipes.GrantUpTo(Math.Min(_fanout.Slowest, _log.Position - _file.Unwritten));
    }

    /// <summary>The session stops: the subscribers are told of what they miss, and of the end.</summary>
    internal void EndAbruptly() => _fanout.EndAbruptly();

    /// <summary>Closes the pipes.</summary>
    public void Dispose() => _pipes.Dispose();

    private void OnRead(OutputPipe.Read read)
    {
        _pipes.OnRead(read);
        _log.Append(read.Stream, read.Data, _fanout.Slowest);
        _file.Write(read.Data);
        if (!ExceedsLimit && _spawn.Limits.Output > 0 && _log.Position > _spawn.Limits.Output)
        {
            ExceedsLimit = true;
            _onLimit();
        }
        Advance();
    }

    private void Unsubscribe(IActorRef subscriber)
    {
        if (_fanout.Remove(subscriber))
            Advance();
    }
}
