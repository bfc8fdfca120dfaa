using ActorBrowser.Interop;

namespace ActorBrowser.ChildEntrypoints.Egress;

/// <summary>How a flow goes on.</summary>
internal enum FlowState
{
    /// <summary>It waits for its source or its target.</summary>
    Open,

    /// <summary>Its source has ended, and its target was told.</summary>
    Ended,

    /// <summary>Its source or its target has failed.</summary>
    Broken,
}

/// <summary>Looks at what a program sends before it is passed on.</summary>
internal interface IFlowFilter
{
    /// <summary>Looks at bytes.</summary>
    /// <param name="data">The bytes that have arrived; after <see cref="FilterVerdict.Hold"/> the same bytes come again, with more.</param>
    /// <param name="pass">How many of them may be passed on.</param>
    FilterVerdict Look(ReadOnlySpan<byte> data, out int pass);
}

/// <summary>What a filter decides.</summary>
internal enum FilterVerdict
{
    /// <summary>Pass on what it names, and go on looking.</summary>
    Pass,

    /// <summary>Too few bytes to decide.</summary>
    Hold,

    /// <summary>Pass on everything from now on.</summary>
    Done,

    /// <summary>Pass on what it names and nothing more.</summary>
    Stop,

    /// <summary>End the connection.</summary>
    Refuse,
}

/// <summary>
/// One direction of a connection: bytes from one socket to another. It reads only when everything read before was passed on, so a slow
/// receiver stops its sender, and keeps no memory while nothing waits.
/// </summary>
internal sealed class EgressFlow(EgressSources sources, EgressWatch from, EgressWatch to)
{
    // One connection must not keep the others, and the parent's questions, waiting.
    private const int TurnsAtOnce = 4;

    private byte[] _waiting = [];
    private int _start;
    private int _end;
    private bool _held;
    private bool _sourceEnded;

    internal IFlowFilter? Filter { get; set; }

    internal FlowState State { get; private set; }

    /// <summary>Whether the filter has passed on all that may be: the rest of what the source sends is dropped.</summary>
    internal bool IsStopped { get; private set; }

    /// <summary>Whether the filter has refused.</summary>
    internal bool IsRefused { get; private set; }

    /// <summary>Bytes passed on.</summary>
    internal long Passed { get; private set; }

    internal bool WantsToRead => State == FlowState.Open && !_sourceEnded && (_end == _start || _held) && !IsStopped;

    internal bool WantsToWrite => State == FlowState.Open && _end > _start && !_held;

    /// <summary>Adds bytes that were read, or made, before the flow began.</summary>
    internal void Begin(ReadOnlySpan<byte> data, bool filtered)
    {
        if (data.IsEmpty)
            return;
        if (filtered)
            Take(data);
        else
            Keep(data);
    }

    /// <summary>Passes on what it can.</summary>
    internal void Pump()
    {
        for (var turn = 0; turn < TurnsAtOnce && State == FlowState.Open && !IsRefused; turn++)
        {
            if (WantsToWrite && !Send())
                return;
            if (!WantsToRead)
                break;
            var result = InternetSocket.Receive(from.Descriptor, sources.Scratch);
            if (result.Status == SocketStatus.WouldBlock)
                return;
            if (result is { Status: SocketStatus.Closed, Errno: 0 })
                _sourceEnded = true;
            else if (result.Status != SocketStatus.Ok)
                State = FlowState.Broken;
            else
                Take(sources.Scratch.AsSpan(0, result.Bytes));
        }
        EndIfDone();
    }

    // After every turn, the last one too: nothing would wake a flow whose source has ended and that has nothing to send.
    private void EndIfDone()
    {
        if (State != FlowState.Open || !_sourceEnded || (_end > _start && !_held))
            return;
        // What the filter could not decide about by now is passed on to nobody.
        InternetSocket.EndSending(to.Descriptor);
        State = FlowState.Ended;
    }

    // Bytes that have just arrived: through the filter, then to the target, and the rest is kept.
    private void Take(ReadOnlySpan<byte> data)
    {
        if (Filter is { } filter)
        {
            if (_held)
            {
                Keep(data);
                data = _waiting.AsSpan(_start.._end).ToArray();
                (_start, _end, _held) = (0, 0, false);
            }
            var verdict = filter.Look(data, out var pass);
            switch (verdict)
            {
                case FilterVerdict.Hold:
                    Keep(data);
                    _held = true;
                    return;
                case FilterVerdict.Refuse:
                    IsRefused = true;
                    return;
                case FilterVerdict.Done:
                    Filter = null;
                    break;
                case FilterVerdict.Stop:
                    IsStopped = true;
                    data = data[..pass];
                    break;
                default:
                    data = data[..pass];
                    break;
            }
        }
        if (data.IsEmpty)
            return;
        if (_end > _start)
        {
            Keep(data);
            return;
        }
        var result = InternetSocket.Send(to.Descriptor, data);
        if (result.Status is SocketStatus.Closed or SocketStatus.Failed)
        {
            State = FlowState.Broken;
            return;
        }
        Passed += result.Bytes;
        Keep(data[result.Bytes..]);
    }

    private bool Send()
    {
        var result = InternetSocket.Send(to.Descriptor, _waiting.AsSpan(_start.._end));
        if (result.Status is SocketStatus.Closed or SocketStatus.Failed)
            State = FlowState.Broken;
        if (result.Status != SocketStatus.Ok)
            return false;
        _start += result.Bytes;
        Passed += result.Bytes;
        if (_start < _end)
            return false;
        (_waiting, _start, _end) = ([], 0, 0);
        return true;
    }

    private void Keep(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty)
            return;
        var length = _end - _start + data.Length;
        if (_end + data.Length > _waiting.Length)
        {
            var larger = GC.AllocateUninitializedArray<byte>(length);
            _waiting.AsSpan(_start.._end).CopyTo(larger);
            (_waiting, _start, _end) = (larger, 0, _end - _start);
        }
        data.CopyTo(_waiting.AsSpan(_end));
        _end += data.Length;
    }
}
