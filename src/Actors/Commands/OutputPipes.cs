using ActorBrowser.Interop;
using ActorBrowser.Transport;
using Akka.Actor;

namespace ActorBrowser;

/// <summary>A command's output pipes, or its terminal. They are read at most one and a half windows ahead of the slowest reader.</summary>
/// <param name="session">Is told what was read.</param>
/// <param name="log">Gets what was read.</param>
/// <param name="window">How much is read before more is granted, in bytes.</param>
internal sealed class OutputPipes(IActorRef session, OutputLog log, int window) : IDisposable
{
    private readonly List<OutputPipe> _pipes = [];
    private readonly HashSet<OutputStream> _open = [];
    // What was read and not granted again: of output, of error.
    private readonly long[] _ungranted = new long[2];

    /// <summary>Whether every pipe has been read to its end.</summary>
    internal bool AreDrained => _open.Count == 0;

    /// <summary>Adds a pipe or a terminal.</summary>
    /// <param name="stream">Which stream of the command it is.</param>
    /// <param name="descriptor">The reading end; owned by this from now on.</param>
    /// <param name="writer">A pipe's writing end, owned by this, too.</param>
    internal void Add(OutputStream stream, SafeDescriptor descriptor, SafeDescriptor? writer)
    {
        _pipes.Add(new OutputPipe(session, stream, descriptor, writer, window));
        _open.Add(stream);
    }

    /// <summary>The command runs: its output is read.</summary>
    internal void Start()
    {
        foreach (var pipe in _pipes)
            pipe.Start();
    }

    /// <summary>A piece was read.</summary>
    internal void OnRead(OutputPipe.Read read) => _ungranted[read.Stream == OutputStream.Error ? 1 : 0] += read.Data.Length;

    /// <summary>A pipe has been read to its end.</summary>
    internal void OnEnded(OutputStream stream) => _open.Remove(stream);

    /// <summary>Lets the pipes be read on, unless the slowest reader is too far behind.</summary>
    /// <param name="slowest">The slowest reader's position in the log.</param>
    internal void GrantUpTo(long slowest)
    {
        // Half a window ahead of the slowest, and what was granted before that: one and a half windows in all.
        if (log.Position - slowest > window / 2)
            return;
        for (var i = 0; i < _pipes.Count; i++)
        {
            if (_ungranted[i] < window / 4)
                continue;
            _pipes[i].Grant(_ungranted[i]);
            _ungranted[i] = 0;
        }
    }

    /// <summary>Every process of the command is gone: reads what is left in the pipes, with or without credit.</summary>
    internal void ReadToTheEnd()
    {
        foreach (var pipe in _pipes)
        {
            if (pipe.ReadToTheEnd(log.TotalOf(pipe.Stream)))
                _open.Remove(pipe.Stream);
        }
    }

    public void Dispose()
    {
        foreach (var pipe in _pipes)
            pipe.Dispose();
    }
}
