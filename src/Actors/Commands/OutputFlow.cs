using System.Text;
using ActorBrowser.Interop;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser;

/// <summary>
/// Moves a command's output from its pipes to the log, the subscribers and the file. Reads the pipes as fast as the slowest subscriber
/// or the file takes the output.
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
    private readonly int _window;
    private readonly List<string> _early = [];

    /// <summary>Creates the flow; <see cref="Open"/> gives it the pipes.</summary>
    /// <param name="context">The session's context.</param>
    /// <param name="spawn">The request.</param>
    /// <param name="settings">The limits.</param>
    /// <param name="log">Keeps head and tail of the output.</param>
    /// <param name="life">The command's state.</param>
    /// <param name="onLimit">Called once, when the command has written more output than it may.</param>
    internal OutputFlow(IActorContext context, Spawn spawn, CommandSettings settings, OutputLog log, CommandLife life, Action onLimit)
    {
        _spawn = spawn;
        _log = log;
        _life = life;
        _pipes = new OutputPipes(context.Self, log, settings.Window);
        _fanout = new OutputFanout(context, log, life);
        _file = new OutputFile(context);
        _onLimit = onLimit;
        _window = settings.Window;
    }

    /// <summary>Whether the command has written more output than it may.</summary>
    internal bool ExceedsLimit { get; private set; }

    /// <summary>Whether every subscriber was told of the command's end.</summary>
    internal bool IsDone => _fanout.IsDone;

    /// <summary>Adds the command's pipes.</summary>
    internal void Open(CommandPipes pipes)
    {
        if (pipes.Output is { } output)
            _pipes.Add(OutputStream.Output, output.Read, output.Write);
        if (pipes.Error is { } error)
            _pipes.Add(OutputStream.Error, error.Read, error.Write);
    }

    /// <summary>Adds outputs that the runner carries in frames.</summary>
    /// <param name="grant">Sends credit to the runner.</param>
    internal void OpenFramed(Action<OutputCredit> grant)
    {
        _pipes.Add(new FramedOutput(OutputStream.Output, _window, _spawn.Output == CommandOutput.Terminal, grant));
        if (_spawn.Output == CommandOutput.Piped)
            _pipes.Add(new FramedOutput(OutputStream.Error, _window, false, grant));
    }

    /// <summary>Counts a piece that came in a frame.</summary>
    /// <returns>False if the runner may not send it.</returns>
    internal bool Accept(OutputStream stream, int bytes) => _pipes.Framed(stream) is { } output && output.Accept(bytes);

    /// <summary>Opens the file and starts reading, because the command runs.</summary>
    /// <param name="terminal">The command's terminal, owned by the flow from now on; null if it has none.</param>
    internal void Start(SafeDescriptor? terminal)
    {
        if (terminal is not null)
            _pipes.Add(OutputStream.Output, terminal, null);
        if (_spawn.SpillFile is { } path)
            _file.Open(path);
        _pipes.Start();
        _early.ForEach(Insert);
    }

    /// <summary>Handles a message about output.</summary>
    /// <returns>False if the message is about something else.</returns>
    internal bool OnReceive(object message, IActorRef sender)
    {
        switch (message)
        {
            case OutputPipe.Read read:
                OnRead(read);
                break;
            case EgressNotices.Denied denied:
                if (_life is { HasStarted: true, IsOver: false } && _life.Denials.Add(denied.Sentence))
                    Insert(denied.Sentence);
                break;
            case CommandNotice notice when _life.HasStarted:
                if (!_life.IsOver)
                    Insert(notice.Sentence);
                break;
            case CommandNotice notice:
                _early.Add(notice.Sentence);
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
                    _fanout.Broadcast(new SpillFailed("The output's file is incomplete: its writer has failed."));
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

    /// <summary>Tells the subscribers that the command's first process has exited.</summary>
    internal void TellOfExit(CommandExited exited) => _fanout.Broadcast(exited);

    /// <summary>Reads the rest of the pipes, because all of the command's processes are gone.</summary>
    internal void ReadToTheEnd() => _pipes.ReadToTheEnd();

    /// <summary>Whether pipes and file are complete. Ends the file once the pipes are complete.</summary>
    internal bool TryComplete() => _pipes.AreDrained && _file.TryEnd();

    /// <summary>Sends output to the subscribers, and lets the pipes be read on as far ahead of the slowest one as is allowed.</summary>
    internal void Advance()
    {
        _fanout.Advance();
        if (_life is { HasStarted: true, IsOver: false })
            _pipes.GrantUpTo(Math.Min(_fanout.Slowest, _log.Position - _file.Unwritten));
    }

    /// <summary>The session stops: tells the subscribers what they miss, and the end.</summary>
    internal void EndAbruptly() => _fanout.EndAbruptly();

    /// <summary>Closes the pipes.</summary>
    public void Dispose() => _pipes.Dispose();

    private void OnRead(OutputPipe.Read read)
    {
        _pipes.OnRead(read);
        Append(read.Stream, read.Data);
    }

    private void Append(OutputStream stream, ReadOnlyMemory<byte> data)
    {
        _log.Append(stream, data, _fanout.Slowest);
        _file.Write(data);
        if (!ExceedsLimit && _spawn.Limits.Output > 0 && _log.Position > _spawn.Limits.Output)
        {
            ExceedsLimit = true;
            _onLimit();
        }
        Advance();
    }

    // As if the command had written it: its stderr is where a person or a model looks first.
    private void Insert(string sentence)
    {
        var stream = _spawn.Output == CommandOutput.Piped ? OutputStream.Error : OutputStream.Output;
        var data = Encoding.UTF8.GetBytes($"ActorBrowser: {sentence}{(_spawn.Output == CommandOutput.Terminal ? "\r" : "")}\n");
        _pipes.Skip(stream, data.Length);
        Append(stream, data);
    }

    private void Unsubscribe(IActorRef subscriber)
    {
        if (_fanout.Remove(subscriber))
            Advance();
    }
}
