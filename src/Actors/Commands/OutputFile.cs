using Akka.Actor;

namespace ActorBrowser;

/// <summary>The file that all of a command's output is copied to, if one was asked for. A <see cref="SpillWriter"/> writes it.</summary>
/// <param name="context">The session's: it watches the writer.</param>
internal sealed class OutputFile(IActorContext context)
{
    private IActorRef? _writer;
    private bool _ending;

    /// <summary>How many bytes the writer was given and has not written yet.</summary>
    internal long Unwritten { get; private set; }

    internal void Open(string path) => _writer = context.Watch(context.ActorOf(SpillWriter.Props(path), "spill"));

    internal bool IsWrittenBy(IActorRef actor) => actor.Equals(_writer);

    internal void Write(ReadOnlyMemory<byte> data)
    {
        if (_writer is null)
            return;
        Unwritten += data.Length;
        _writer.Tell(new SpillWriter.Write(data));
    }

    internal void OnWritten(int bytes) => Unwritten -= bytes;

    /// <summary>Nothing more is written.</summary>
    /// <returns>Whether the file is complete, or there is none; if not, <see cref="OnWriterStopped"/> is next.</returns>
    internal bool TryEnd()
    {
        if (_writer is not null && !_ending)
            _writer.Tell(PoisonPill.Instance);
        _ending = true;
        return _writer is null;
    }

    /// <summary>The writer has stopped.</summary>
    /// <returns>Whether the file is complete.</returns>
    internal bool OnWriterStopped()
    {
        (_writer, Unwritten) = (null, 0);
        return _ending;
    }
}
