using ActorBrowser.Interop;
using ActorBrowser.Sandbox;
using ActorBrowser.Transport;

namespace ActorBrowser.EgressTests;

/// <summary>Children of a role that a test plays.</summary>
internal sealed class PlayedChildren(string role) : IChildLauncher
{
    private readonly System.Threading.Channels.Channel<Child> _launched = System.Threading.Channels.Channel.CreateUnbounded<Child>();
    private int _launches;

    public async Task<LaunchedChild> LaunchAsync(string wanted, SandboxPolicy policy, ActorBrowserSettings settings, IChildLogSink log, CancellationToken cancellation)
    {
        Assert.Equal(role, wanted);
        var (parent, end) = InMemoryChannel.CreatePair(settings.Channel);
        var child = new Child(role, 5_000_100 + ++_launches, end);
        await _launched.Writer.WriteAsync(child, CancellationToken.None);
        return new LaunchedChild(child, parent);
    }

    internal async Task<Child> NextAsync()
    {
        var child = await _launched.Reader.ReadAsync().AsTask().WaitAsync(Deadline.Long);
        await child.IsReady.WaitAsync(Deadline.Long);
        return child;
    }

    internal sealed class Child : IChildProcessHandle, IFrameHandler
    {
        private readonly TaskCompletionSource<ChildExit> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly System.Threading.Channels.Channel<(MessageType, ulong, int)> _received = System.Threading.Channels.Channel.CreateUnbounded<(MessageType, ulong, int)>();
        private readonly InMemoryChannel _channel;
        private readonly string _role;

        internal Child(string role, int id, InMemoryChannel channel)
        {
            (_role, Id, _channel) = (role, id, channel);
            channel.Start(this);
            Send(0, Hello.Of(role, Id));
        }

        public int Id { get; }

        public Task<ChildExit> Exited => _exited.Task;

        internal Task Killed => _exited.Task;

        internal Task IsReady => _ready.Task;

        public void Kill()
        {
            if (_exited.TrySetResult(new ChildExit(null, 9, false, [], DateTimeOffset.UtcNow, DateTimeOffset.UtcNow)))
                _channel.Dispose();
        }

        internal async Task<(MessageType Type, ulong Id, int Descriptors)> NextAsync() => await _received.Reader.ReadAsync().AsTask().WaitAsync(Deadline.Long);

        internal void Send<T>(ulong id, T message) where T : IWireMessage<T>
        {
            _channel.Write(id, message);
            _channel.Flush();
        }

        internal void SendRaw(byte[] bytes) => _channel.SendRaw(bytes);

        public ProtocolViolation? OnFrame(in Frame frame)
        {
            var descriptors = frame.TakeDescriptors();
            SafeDescriptor.DisposeAll(descriptors);
            if (frame.Type == MessageType.ChildArgs)
            {
                Send(0, default(Ready));
                if (_role != EgressContract.Name)
                    _ready.TrySetResult();
            }
            else if (frame.Type == MessageType.Ping && frame.TryRead<Transport.Ping>(out var ping) is null)
            {
                Send(frame.CorrelationId, new Pong(ping.Timestamp));
            }
            else if (frame.Type == MessageType.EgressListen)
            {
                // What it sent before, nobody would hear.
                _ready.TrySetResult();
            }
            else
            {
                _received.Writer.TryWrite((frame.Type, frame.CorrelationId, descriptors.Length));
            }
            return null;
        }

        public void OnBatchEnd()
        {
        }

        public void OnClosed(ChannelClosed closed) => _received.Writer.TryComplete();
    }
}
