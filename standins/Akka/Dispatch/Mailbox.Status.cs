using System.Threading;

namespace Akka.Dispatch;

public partial class Mailbox
{
    // Bit 0: closed. Bit 1: scheduled. The rest counts suspensions.
    private int _status;

    internal int CurrentStatus() => Volatile.Read(ref _status);

    internal bool ShouldProcessMessage() => (CurrentStatus() & MailboxStatus.ShouldNotProcessMask) == 0;

    internal int SuspendCount() => CurrentStatus() / MailboxStatus.SuspendUnit;

    internal bool IsSuspended() => (CurrentStatus() & MailboxStatus.SuspendMask) != 0;

    internal bool IsClosed() => CurrentStatus() == MailboxStatus.Closed;

    internal bool IsScheduled() => (CurrentStatus() & MailboxStatus.Scheduled) != 0;

    /// <summary>Undoes one suspension; true when messages may be processed again.</summary>
    internal bool Resume()
    {
        while (true)
        {
            var status = CurrentStatus();
            if (status == MailboxStatus.Closed)
            {
                return false;
            }

            var next = status < MailboxStatus.SuspendUnit ? status : status - MailboxStatus.SuspendUnit;
            if (TryChange(status, next))
            {
                return next < MailboxStatus.SuspendUnit;
            }
        }
    }

    /// <summary>True when this was the first suspension.</summary>
    internal bool Suspend()
    {
        while (true)
        {
            var status = CurrentStatus();
            if (status == MailboxStatus.Closed)
            {
                return false;
            }

            if (TryChange(status, status + MailboxStatus.SuspendUnit))
            {
                return status < MailboxStatus.SuspendUnit;
            }
        }
    }

    /// <summary>Closes for good; true for whoever did it.</summary>
    internal bool BecomeClosed() => Interlocked.Exchange(ref _status, MailboxStatus.Closed) != MailboxStatus.Closed;

    internal bool SetAsScheduled()
    {
        while (true)
        {
            var status = CurrentStatus();
            if ((status & MailboxStatus.ShouldScheduleMask) != MailboxStatus.Open)
            {
                return false;
            }

            if (TryChange(status, status | MailboxStatus.Scheduled))
            {
                return true;
            }
        }
    }

    internal bool SetAsIdle()
    {
        Interlocked.And(ref _status, ~MailboxStatus.Scheduled);
        return true;
    }

    /// <summary>Whether a turn is worth queueing. Suspended mailboxes run for system messages only.</summary>
    internal bool CanBeScheduledForExecution(bool hasMessageHint, bool hasSystemMessageHint) => CurrentStatus() switch
    {
        MailboxStatus.Open or MailboxStatus.Scheduled => hasMessageHint || hasSystemMessageHint || HasSystemMessages || HasMessages,
        MailboxStatus.Closed => false,
        _ => hasSystemMessageHint || HasSystemMessages,
    };

    private bool TryChange(int from, int to) => Interlocked.CompareExchange(ref _status, to, from) == from;

    internal static class MailboxStatus
    {
        public const int Open = 0;
        public const int Closed = 1;
        public const int Scheduled = 2;
        public const int ShouldScheduleMask = 3;
        public const int ShouldNotProcessMask = ~2;
        public const int SuspendMask = ~3;
        public const int SuspendUnit = 4;
    }
}
