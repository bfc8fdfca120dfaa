using System.Text;
using ActorBrowser.Sandbox;
using ActorBrowser.Transport;

namespace ActorBrowser.ProcessesTests;

/// <summary>A real child with only its launcher and channel, advanced as far as a test wants.</summary>
internal sealed class LiveChild : IFrameHandler, IDisposable
{
    private readonly TaskCompletionSource<Hello> _hello = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<ChannelClosed> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _answered = new(0);
    private readonly Queue<(MessageType Type, byte[] Payload)> _answers = new();

    private LiveChild(ChildProcess process, SocketChannel channel)
    {
        Process = process;
        Channel = channel;
    }

    internal ChildProcess Process { get; }

    internal SocketChannel Channel { get; }

    internal Task<Hello> Hello => _hello.Task;

    internal Task<ChannelClosed> Closed => _closed.Task;

    internal static async Task<LiveChild> LaunchAsync(string role, IChildLogSink? log = null)
    {
        var channel = SocketChannel.CreatePair(ChannelLimits.Default, out var end);
        var process = await ChildLauncher.LaunchAsync(new ChildLaunch
        {
            Role = role,
            Executable = ChildExecutable.FromPath(TestChildProgram.Path),
            Channel = end,
            Log = log,
        });
        var child = new LiveChild(process, channel);
        channel.Start(child);
        return child;
    }

    internal static async Task<LiveChild> ReadyAsync(string role, IChildLogSink? log = null)
    {
        var child = await LaunchAsync(role, log);
        await child._ready.Task.Soon();
        return child;
    }

    internal async Task<(MessageType Type, byte[] Payload)> AskAsync<T>(T message) where T : IWireMessage<T>
    {
        Send(message);
        Assert.True(await _answered.WaitAsync(Deadline.Long), "No answer came.");
        lock (_answers)
            return _answers.Dequeue();
    }

    internal async Task<string[]> AskEchoAsync(ushort kind) =>
        Encoding.UTF8.GetString((await AskAsync(new RoleMessage(kind, default))).Payload).Split('\n');

    internal void Send<T>(T message) where T : IWireMessage<T>
    {
        Channel.Write(1, message);
        Channel.Flush();
    }

    public ProtocolViolation? OnFrame(in Frame frame)
    {
        switch (frame.Type)
        {
            case MessageType.Hello:
                frame.TryRead<Hello>(out var hello);
                _hello.TrySetResult(hello);
                Channel.Write(0, new ChildArgs(1 << 20, 4, default));
                break;
            case MessageType.Ready:
                _ready.TrySetResult();
                break;
            default:
                var payload = frame.Type == MessageType.RoleMessage && frame.TryRead<RoleMessage>(out var message) is null ? message.Payload.ToArray() : [];
                lock (_answers)
                    _answers.Enqueue((frame.Type, payload));
                _answered.Release();
                break;
        }
        return null;
    }

    public void OnBatchEnd() => Channel.Flush();

    public void OnClosed(ChannelClosed closed)
    {
        _closed.TrySetResult(closed);
        _ready.TrySetException(new IOException($"The channel ended: {closed}"));
    }

    public void Dispose()
    {
        Process.Dispose();
        Channel.Dispose();
    }
}

/// <summary>Keeps a child's lines.</summary>
internal sealed class Lines : IChildLogSink
{
    private readonly List<ChildLogLine> _lines = [];

    internal long Suppressed { get; private set; }

    internal IReadOnlyList<ChildLogLine> All
    {
        get
        {
            lock (_lines)
                return [.. _lines];
        }
    }

    public void OnLine(ChildLogLine line)
    {
        lock (_lines)
            _lines.Add(line);
    }

    public void OnSuppressed(long lines) => Suppressed += lines;
}
