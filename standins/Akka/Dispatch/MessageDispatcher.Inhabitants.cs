using System;
using System.Threading;
using Akka.Actor;

namespace Akka.Dispatch;

public abstract partial class MessageDispatcher
{
    private long _inhabitants;
    private int _shutdownPending;

    protected long Inhabitants => Volatile.Read(ref _inhabitants);

    private long AddInhabitants(long add)
    {
        var now = Interlocked.Add(ref _inhabitants, add);
        if (now < 0)
        {
            var corrupted = new InvalidOperationException("ACTOR SYSTEM CORRUPTED!!! A dispatcher can't have less than 0 inhabitants!");
            ReportFailure(corrupted);
            throw corrupted;
        }

        return now;
    }

    // The executor is let go when nobody has needed it for the whole timeout; the next work makes a new one.
    private void ShutDownIfUnused()
    {
        if (Inhabitants > 0 || Interlocked.Exchange(ref _shutdownPending, 1) != 0)
        {
            return;
        }

        try
        {
            Configurator.Prerequisites.Scheduler.Advanced.ScheduleOnce(ShutdownTimeout, () =>
            {
                Volatile.Write(ref _shutdownPending, 0);
                if (Inhabitants == 0)
                {
                    Shutdown();
                }
            });
        }
        catch (SchedulerException)
        {
            // The system's scheduler has stopped before us: nothing comes later, so it is now.
            Shutdown();
        }
    }

    private sealed class CountedRun(MessageDispatcher dispatcher, IRunnable work) : IRunnable
    {
        public void Execute() => Run();

        public void Run()
        {
            try
            {
                work.Run();
            }
            finally
            {
                if (dispatcher.AddInhabitants(-1) == 0)
                {
                    dispatcher.ShutDownIfUnused();
                }
            }
        }
    }
}
