using System.Buffers;
using System.Threading.Channels;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

/// <summary>The items of a stream between the role's actor, which adds them, and their reader.</summary>
/// <param name="taker">An actor that gets each <see cref="Batch"/> and <see cref="Ended"/> instead of the reader; null for a reader.</param>
internal sealed class RoleStreamSink(IActorRef? taker = null)
{
    private readonly Channel<Batch> _batches = Channel.CreateUnbounded<Batch>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Items that arrived together.</summary>
    /// <param name="Items">One after another.</param>
    /// <param name="Credit">The bytes to grant when they are read.</param>
    internal readonly record struct Batch(ReadOnlySequence<byte> Items, int Credit) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>The stream has ended.</summary>
    /// <param name="Failure">Why it failed; null if it is complete.</param>
    internal sealed record Ended(Exception? Failure) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    internal ChannelReader<Batch> Reader => _batches.Reader;

    /// <summary>The call that fills it; only for the role's actor.</summary>
    internal RoleCall? Call { get; set; }

    /// <summary>The conversation that fills it, if the role is one of a cluster's nodes; only for the cluster's actor.</summary>
    internal IActorRef? Conversation { get; set; }

    internal void Add(in Batch batch)
    {
        if (taker is null)
            _batches.Writer.TryWrite(batch);
        else
            taker.Tell(batch, ActorRefs.NoSender);
    }

    /// <summary>Ends the stream after the items before; with an exception if it failed.</summary>
    internal void End(Exception? failure)
    {
        if (taker is null)
            _batches.Writer.TryComplete(failure);
        else
            taker.Tell(new Ended(failure), ActorRefs.NoSender);
    }

    /// <summary>Reads the first item. A malformed one ends the child.</summary>
    /// <exception cref="ChildLostException">It is malformed.</exception>
    internal T Next<T>(RoleCodec codec, IActorRef role, ref ReadOnlySequence<byte> items)
    {
        try
        {
            var item = codec.ReadNext<T>(items, out var consumed);
            items = items.Slice(consumed);
            return item;
        }
        catch (RoleFormatException e)
        {
            role.Tell(new RoleCommands.ItemUnreadable(this, e.Message), ActorRefs.NoSender);
            throw new ChildLostException($"The role's child sent an item that cannot be read, and is ended: {e.Message}");
        }
    }
}
