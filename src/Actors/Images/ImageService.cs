using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.ImageProtocol;

namespace ActorBrowser;

/// <summary>
/// Lends decoders from their pool, one image at a time, and answers each request exactly once. If the asker stops, its decoder is
/// ended; if this actor fails, all work in progress ends.
/// </summary>
internal sealed class ImageService : UntypedActor
{
    private readonly ImageSettings _settings;
    private readonly IActorRef _pool;
    private readonly IActorRef _self;
    private readonly Dictionary<ulong, Work> _work = [];
    private readonly Dictionary<IActorRef, int> _askers = [];

    public ImageService(ImageSettings settings, IActorRef pool)
    {
        _settings = settings;
        _pool = pool;
        _self = Self;
    }

    internal static Props Props(ImageSettings settings, IActorRef pool) => Akka.Actor.Props.Create(() => new ImageService(settings, pool));

    protected override void OnReceive(object message)
    {
        if (!Entry.Admits(message, Sender))
            return;
        switch (message)
        {
            case Decode decode:
                OnDecode(decode);
                break;
            case WorkerPool.Leased leased when Find(leased.Lease) is { } work:
                OnLeased(work, leased);
                break;
            case WorkerPool.Leased leased:
                _pool.Tell(new WorkerPool.Return(leased.Lease, leased.Router.Child, Reusable: true));
                break;
            case WorkerPool.Refused refused when Find(refused.Lease) is { } work:
                End(work, new DecodeRefused(null, refused.Message));
                break;
            case WorkerPool.WorkerLost lost when Find(lost.Lease) is { } work:
                work.Router = null;
                End(work, work.Failure ?? new DecodeRefused(null, $"The image decoder {work.ProcessId} was lost: {lost.Message}") { Exited = lost.Exited });
                break;
            case RoleTraffic.WorkBatch from:
                foreach (var frame in from.Frames)
                    OnFrame(frame, from.ProcessId);
                break;
            case Cancel cancel when _work.TryGetValue(cancel.Id, out var work):
                OnCancel(work);
                break;
            case Terminated terminated:
                foreach (var orphan in _work.Values.Where(work => work.Asker.Equals(terminated.ActorRef)).ToArray())
                {
                    orphan.IsOrphan = true;
                    OnCancel(orphan);
                }
                break;
            case WorkerPool.Refused or WorkerPool.WorkerLost or Cancel:
                // A frame about work that has ended meanwhile.
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    protected override void PreRestart(Exception reason, object message)
    {
        var problem = $"The image service failed and was restarted: {reason.GetType().Name}: {reason.Message}";
        if (message is Decode)
            Sender.Tell(new DecodeRefused(null, problem));
        // The next instance cannot interpret what its decoders still send, so they are ended.
        foreach (var work in _work.Values.ToArray())
            Abandon(work, problem);
    }

    protected override void PostStop()
    {
        foreach (var work in _work.Values)
        {
            work.Cancellation.Dispose();
            var refused = new DecodeRefused(null, "The image service has stopped, or failed, before the image was decoded.");
            work.EndSpan(refused);
            work.Asker.Tell(refused);
            if (work.Router is { } router)
                _pool.Tell(new WorkerPool.Return(work, router.Child, Reusable: false));
            else
                _pool.Tell(new WorkerPool.GiveUp(work));
        }
    }

    private void OnDecode(Decode decode)
    {
        if (decode.File.Length > _settings.MaxFile)
        {
            Sender.Tell(new DecodeRefused(DecodeFailure.TooLarge, $"The file has {decode.File.Length} bytes; at most {_settings.MaxFile} are allowed."));
            return;
        }
        // Without an actor to take them, the pixels would stay mapped until they are collected.
        if (Sender.Equals(Context.System.DeadLetters))
            return;
        var work = new Work(WorkIds.Next(), decode, Sender);
        _work.Add(work.Id, work);
        Remember(Sender);
        _pool.Tell(new WorkerPool.Acquire(work, decode.Site));
        if (decode.Cancellation.CanBeCanceled)
            work.Cancellation = decode.Cancellation.UnsafeRegister(id => _self.Tell(new Cancel((ulong)id!), ActorRefs.NoSender), work.Id);
    }

    private void OnLeased(Work work, WorkerPool.Leased leased)
    {
        (work.Router, work.ProcessId) = (leased.Router, leased.Router.ProcessId);
        var decode = work.Request;
        try
        {
            Payload.Send(leased.Router, work.Id, decode.File, _settings.ShareAbove, inline => new DecodeImage(decode.File.Length, inline, decode.MaxWidth, decode.MaxHeight, _settings.Limits, _settings.KeepReady), span: work.Span);
        }
        catch (Exception e)
        {
            // The asker owns the memory and may have freed it; the decoder of a request that has begun must not be lent again.
            Abandon(work, $"The file's memory cannot be read: {e.GetType().Name}: {e.Message}");
        }
    }

    private void OnFrame(ChildFrames.UserFrame frame, int processId)
    {
        if (!_work.TryGetValue(frame.Id, out var work) || !Sender.Equals(work.Router?.Child))
        {
            (frame as ChildFrames.Image)?.CloseUntaken();
            return;
        }
        switch (frame)
        {
            case ChildFrames.Image image:
                var opened = DecodedImage.Open(image.Value, image.Take()!, processId, out var violation);
                if (opened is null)
                    Sender.Tell(new ChildProcessActor.ReportViolation(violation!));
                else
                    End(work, opened);
                break;
            case ChildFrames.NoImage { Value.Kind: DecodeFailure.TimedOut } late:
                // Answer after it exits, so the pool never lends a dying process.
                work.Failure = new DecodeRefused(late.Value.Kind, late.Value.Message);
                break;
            case ChildFrames.NoImage failed:
                End(work, new DecodeRefused(failed.Value.Kind, failed.Value.Message));
                break;
            default:
                Sender.Tell(new ChildProcessActor.ReportViolation(new ProtocolViolation(ViolationKind.OutOfState, $"An image decoder may not send a {frame.GetType().Name}.")));
                break;
        }
    }

    private void OnCancel(Work work)
    {
        if (work.Router is { } router)
        {
            router.Send(work.Id, default(CancelWork));
            router.Flush();
        }
        Abandon(work, "The decoding was cancelled.");
    }

    // The process ends in the middle of its work and must not be lent again.
    private void Abandon(Work work, string problem)
    {
        if (work.Router is { } router)
            _pool.Tell(new WorkerPool.Return(work, router.Child, Reusable: false));
        else
            _pool.Tell(new WorkerPool.GiveUp(work));
        work.Router = null;
        End(work, new DecodeRefused(null, problem));
    }

    private void End(Work work, object answer)
    {
        _work.Remove(work.Id);
        work.Cancellation.Dispose();
        if (work.Router is { } router)
            _pool.Tell(new WorkerPool.Return(work, router.Child, Reusable: true));
        Forget(work.Asker);
        work.EndSpan(answer);
        if (!work.IsOrphan)
            work.Asker.Tell(answer);
    }

    private void Remember(IActorRef asker)
    {
        _askers[asker] = _askers.GetValueOrDefault(asker) + 1;
        if (_askers[asker] == 1 && asker is IInternalActorRef and not MinimalActorRef)
            Context.Watch(asker);
    }

    private void Forget(IActorRef asker)
    {
        if (--_askers[asker] > 0)
            return;
        _askers.Remove(asker);
        if (asker is IInternalActorRef and not MinimalActorRef)
            Context.Unwatch(asker);
    }

    private Work? Find(object lease) => lease is Work work && _work.ContainsKey(work.Id) ? work : null;

    private sealed class Work(ulong id, Decode request, IActorRef asker)
    {
        internal ulong Id { get; } = id;

        internal Decode Request { get; } = request;

        internal IActorRef Asker { get; } = asker;

        /// <summary>Its span; null without a listener.</summary>
        internal RequestSpan? Span { get; } = RequestSpan.Begin("decode image", request.TraceParent);

        /// <summary>The router of the process that decodes it.</summary>
        internal ChildRouter? Router { get; set; }

        internal int ProcessId { get; set; }

        internal DecodeRefused? Failure { get; set; }

        /// <summary>Whether its asker has stopped.</summary>
        internal bool IsOrphan { get; set; }

        internal CancellationTokenRegistration Cancellation { get; set; }

        internal void EndSpan(object answer)
        {
            if (Span is null)
                return;
            Span.Set("actorbrowser.image.file_size", Request.File.Length);
            if (answer is DecodeRefused refused)
            {
                Span.End(refused.Kind?.ToString() ?? "DecoderLost", refused.Message);
                return;
            }
            var image = (DecodedImage)answer;
            Span.Set("actorbrowser.image.format", image.Format);
            Span.Set("actorbrowser.image.width", image.Width);
            Span.Set("actorbrowser.image.height", image.Height);
            Span.End();
        }
    }

    private sealed record Cancel(ulong Id);
}
