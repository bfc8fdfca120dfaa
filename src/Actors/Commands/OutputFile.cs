using Akka.Actor;

namespace ActorBrowser;

/// <summary>The file that a <see cref="SpillWriter"/> copies all of a command's output to, if the request names one.</summary>
/// <param name="context">The session's context, which watches the writer.</param>
internal sealed class OutputFile(IActorContext context)
{
    private IActorRef? _writer;
    private bool _ending;

    /// <summary>The number of bytes that the writer has received and not written yet.</summary>
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

    /// <summary>Ends the file: no more output follows.</summary>
    /// <returns>Whether the file is complete or there is none. If false, <see cref="OnWriterStopped"/> follows.</returns>
    internal bool TryEnd()
    {
        if (_writer is not null && !_ending)
            _writer.Tell(PoisonPill.Instance);
        _ending = true;
        return _writer is null;
    }

    /// <summary>Records that the writer has stopped.</summary>
    /// <returns>Whether the file is complete.</returns>
    internal bool OnWriterStopped()
    {
        (_writer, Unwritten) = (null, 0);
        return _ending;
    }
}
