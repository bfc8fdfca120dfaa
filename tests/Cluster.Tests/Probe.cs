using System.Threading.Channels;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.ClusterTests;

/// <summary>An actor of a node, whose messages a test takes one after another.</summary>
internal sealed class Probe
{
    private readonly Channel<(object Message, IActorRef Sender)> _messages = Channel.CreateUnbounded<(object, IActorRef)>();

    internal Probe(ActorSystem system) => Ref = system.ActorOf(Props.Create(() => new Listener(_messages.Writer)));

    internal IActorRef Ref { get; }

    /// <summary>The sender of the last message that was taken.</summary>
    internal IActorRef LastSender { get; private set; } = ActorRefs.Nobody;

    internal void Stop() => ((IInternalActorRef)Ref).Stop();

    internal async Task<object> NextAsync()
    {
        var (message, sender) = await _messages.Reader.ReadAsync().AsTask().Soon();
        LastSender = sender;
        return message;
    }

    /// <summary>Takes messages until one of this type.</summary>
    internal async Task<T> NextAsync<T>()
    {
        while (true)
        {
            if (await NextAsync() is T wanted)
                return wanted;
        }
    }

    /// <summary>Takes all output until the end.</summary>
    internal async Task<byte[]> OutputAsync()
    {
        using var output = new MemoryStream();
        while (true)
        {
            switch (await NextAsync())
            {
                case OutputChunk chunk:
                    output.Write(chunk.Data.Span);
                    break;
                case CommandClosed:
                    return output.ToArray();
            }
        }
    }

    /// <summary>Fails if a message is here, or comes within a moment.</summary>
    internal async Task NothingAsync()
    {
        await Task.Delay(200);
        Assert.False(_messages.Reader.TryRead(out var unexpected), $"{unexpected.Message} came.");
    }

    private sealed class Listener(ChannelWriter<(object, IActorRef)> messages) : UntypedActor
    {
        protected override void OnReceive(object message) => messages.TryWrite((message, Sender));
    }
}
