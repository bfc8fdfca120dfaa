using System.Buffers;
using ActorBrowser.Transport;
using Akka.Actor;

namespace ActorBrowser;

/// <summary>Serialises a role's requests, once each, and sends them to their children. Only for the role's actor.</summary>
internal sealed class RoleSender(RoleDefinition role, RoleSettings limits, ChannelLimits channel, IActorRef self)
{
    // A frame's body has some bytes besides the message's.
    private const int Envelope = 64;
    private const int Kept = 2 << 20;

    /// <summary>How long each part of a longer message is, but the last.</summary>
    internal int Piece { get; } = Math.Min(Payload.Piece, channel.MaxBodyBytes - Envelope);

    private ArrayBufferWriter<byte> _bytes = new(1024);
    private bool _flushRequested;

    /// <summary>The configuration for the role's children.</summary>
    /// <param name="plugin">The full path of the plugin's assembly; empty for none.</param>
    internal byte[] ChildArgs(string plugin) => new RoleArgs(limits.MaxMessage, Piece, limits.Window, role.Messages, plugin).ToBytes();

    /// <summary>Sends a request to a child.</summary>
    /// <param name="call">The request.</param>
    /// <param name="child">The child; gets the call if it is sent.</param>
    /// <param name="milliseconds">How much time is left; 0 for no limit.</param>
    /// <returns>Null, or why nothing was sent.</returns>
    internal Exception? Send(RoleCall call, RoleChild child, int milliseconds)
    {
        var name = call.Handler.Message.Name;
        if (_bytes.Capacity > Kept)
            _bytes = new ArrayBufferWriter<byte>(1024);
        _bytes.ResetWrittenCount();
        try
        {
            if (call.Request is RawRequest raw)
                _bytes.Write(raw.Bytes.Span);
            else
                call.Handler.Write(role.Codec.Value, call.Request!, _bytes);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return new InvalidMessageException(name, $"it cannot be serialised: {e.InnerException?.Message ?? e.Message}");
        }
        if (_bytes.WrittenCount > limits.MaxMessage)
            return new RoleRefusedException(RoleRefusal.TooLong, $"A {name} of {_bytes.WrittenCount} bytes is longer than the {limits.MaxMessage} that actorbrowser.{RoleSettings.Defaults}.max-message allows.");
        child.Calls.Add(call.Id, call);
        (call.Child, call.Request, call.Credit) = (child, null, limits.Window);
        var length = _bytes.WrittenCount;
        if (length > Piece)
        {
            Payload.Send(child.Router!, call.Id, _bytes.WrittenMemory, Piece, data => new RoleRequest(call.Handler.Index, milliseconds, length, data), call.Span);
            return null;
        }
        child.Router!.Send(call.Id, new RoleRequest(call.Handler.Index, milliseconds, length, _bytes.WrittenMemory), opens: true, span: call.Span);
        RequestFlush(child);
        return null;
    }

    /// <summary>Tells a child that an answer is not wanted.</summary>
    internal void Cancel(RoleCall call)
    {
        call.Child!.Router!.Send(call.Id, default(CancelWork));
        RequestFlush(call.Child);
    }

    /// <summary>Lets a child send more of an answer, or of its events under the id 0.</summary>
    internal void Grant(RoleChild child, ulong id, long bytes)
    {
        child.Router!.Send(id, new Credit(bytes));
        RequestFlush(child);
    }

    /// <summary>The reader of a stream has taken bytes.</summary>
    internal void OnConsumed(RoleCall call, int bytes)
    {
        call.Unread -= bytes;
        var granted = (long)bytes;
        if (call.Unread < limits.Window)
            (granted, call.Owed) = (granted + call.Owed, 0);
        call.Credit += granted;
        Grant(call.Child!, call.Id, granted);
    }

    /// <summary>Sends what waits.</summary>
    internal void Flush(IEnumerable<RoleChild> children)
    {
        _flushRequested = false;
        foreach (var child in children)
        {
            if (!child.IsDirty)
                continue;
            child.IsDirty = false;
            child.Router!.Flush();
        }
    }

    // The tick is queued behind the messages already in the mailbox, so that their frames share one system call. With an empty mailbox it runs at once.
    private void RequestFlush(RoleChild child)
    {
        child.IsDirty = true;
        if (_flushRequested)
            return;
        _flushRequested = true;
        self.Tell(ChildFrames.FlushTick.Instance, ActorRefs.NoSender);
    }
}
