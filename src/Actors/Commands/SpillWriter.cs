using Akka.Actor;
using Akka.Dispatch;
using Akka.Event;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser;

/// <summary>
/// Writes all of a command's output to a file, on a dispatcher that may block. A full disk loses the rest of the file and nothing
/// else; it is reported once. The session stops this actor after the last piece and watches it: when it has stopped, the file is
/// complete.
/// </summary>
internal sealed class SpillWriter : UntypedActor
{
    private readonly string _path;
    private FileStream? _file;

    public SpillWriter(string path) => _path = path;

    internal static Props Props(string path) =>
        Akka.Actor.Props.Create(() => new SpillWriter(path)).WithDispatcher(Dispatchers.DefaultBlockingDispatcherId);

    protected override void PreStart()
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            _file = new FileStream(_path, options);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            Fail(e);
        }
    }

    protected override void OnReceive(object message)
    {
        if (message is Write write)
            OnWrite(write.Data);
        else
            Unhandled(message);
    }

    protected override void PostStop() => _file?.Dispose();

    private void OnWrite(ReadOnlyMemory<byte> data)
    {
        try
        {
            _file?.Write(data.Span);
        }
        catch (IOException e)
        {
            Fail(e);
        }
        // Also for a file that failed: the output continues without it.
        Context.Parent.Tell(new Written(data.Length));
    }

    private void Fail(Exception e)
    {
        _file?.Dispose();
        _file = null;
        Context.Parent.Tell(new SpillFailed($"The spill file cannot be written: {e.Message}"));
    }

    /// <summary>The next piece; it must not change any more.</summary>
    internal sealed record Write(ReadOnlyMemory<byte> Data) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>To the session: this many bytes are in the file, or were given up.</summary>
    internal sealed record Written(int Bytes) : INoSerializationVerificationNeeded, IDeadLetterSuppression;
}
