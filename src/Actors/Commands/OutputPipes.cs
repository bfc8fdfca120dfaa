using ActorBrowser.Interop;
using ActorBrowser.Transport;
using Akka.Actor;

namespace ActorBrowser;

/// <summary>A command's output pipes, or its terminal. Reads at most one and a half windows ahead of the slowest reader.</summary>
/// <param name="session">The session, which is told of each piece.</param>
/// <param name="log">Has the number of bytes received so far.</param>
/// <param name="window">The number of bytes read before more credit is needed.</param>
internal sealed class OutputPipes(IActorRef session, OutputLog log, int window) : IDisposable
{
    private readonly List<IOutputSource> _pipes = [];
    private readonly HashSet<OutputStream> _open = [];
    // Bytes read for which no new credit was granted yet: of output, of error.
    private readonly long[] _ungranted = new long[2];

    // Bytes in the log that came from no pipe.
    private readonly long[] _inserted = new long[2];

    /// <summary>Whether every pipe has been read to its end.</summary>
    internal bool AreDrained => _open.Count == 0;

    /// <summary>Adds a pipe or a terminal.</summary>
    /// <param name="stream">The command's stream.</param>
    /// <param name="descriptor">The reading end; owned by this object from now on.</param>
    /// <param name="writer">A pipe's writing end, also owned by this object; null for a terminal.</param>
    internal void Add(OutputStream stream, SafeDescriptor descriptor, SafeDescriptor? writer)
    {
        _pipes.Add(new OutputPipe(session, stream, descriptor, writer, window));
        _open.Add(stream);
    }

    /// <summary>Adds an output that comes in frames.</summary>
    /// <param name="output">Created with the window.</param>
    internal void Add(FramedOutput output)
    {
        _pipes.Add(output);
        _open.Add(output.Stream);
    }

    /// <summary>The output that comes in frames; null for none.</summary>
    internal FramedOutput? Framed(OutputStream stream) => _pipes.Find(pipe => pipe.Stream == stream) as FramedOutput;

    /// <summary>Starts reading, because the command runs.</summary>
    internal void Start()
    {
        foreach (var pipe in _pipes)
            pipe.Start();
    }

    /// <summary>Counts a piece that was read.</summary>
    internal void OnRead(OutputPipe.Read read) => _ungranted[read.Stream == OutputStream.Error ? 1 : 0] += read.Data.Length;

    /// <summary>Bytes are added to the log that come from no pipe.</summary>
    internal void Skip(OutputStream stream, int bytes) => _inserted[stream == OutputStream.Error ? 1 : 0] += bytes;

    /// <summary>Records that a pipe has been read to its end.</summary>
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

    /// <summary>Reads the rest of the pipes, with or without credit, because every process of the command is gone.</summary>
    internal void ReadToTheEnd()
    {
        foreach (var pipe in _pipes)
        {
            if (pipe.ReadToTheEnd(log.TotalOf(pipe.Stream) - _inserted[pipe.Stream == OutputStream.Error ? 1 : 0]))
                _open.Remove(pipe.Stream);
        }
    }

    public void Dispose()
    {
        foreach (var pipe in _pipes)
            pipe.Dispose();
    }
}
