using System.Diagnostics.CodeAnalysis;
using Akka.Actor;

namespace ActorBrowser;

/// <summary>The processes of a pool, by their actors.</summary>
internal sealed class PoolWorkers
{
    private readonly Dictionary<IActorRef, Worker> _all = [];

    internal int Count => _all.Count;

    internal int Lent => _all.Values.Count(static worker => worker.Lease is not null);

    /// <summary>How many processes are ready and not lent.</summary>
    internal int Idle
    {
        get
        {
            var count = 0;
            // No query: the pool counts after each message, and a query allocates.
            foreach (var worker in _all.Values)
                count += worker.IsIdle ? 1 : 0;
            return count;
        }
    }

    /// <summary>How many processes are not ready yet.</summary>
    internal int Starting => _all.Values.Count(static worker => !worker.IsReady);

    /// <summary>How many processes have not worked for a site, including those that are starting.</summary>
    internal int Spares => _all.Values.Count(static worker => worker.Lease is null && worker.Site is null);

    /// <summary>Whether an idle process has worked for a site: the pool ends it after a while.</summary>
    internal bool HasUsedIdle => _all.Values.Any(static worker => worker is { IsIdle: true, Site: not null });

    internal void Add(IActorRef child) => _all.Add(child, new Worker(child));

    internal bool TryFind(IActorRef child, [NotNullWhen(true)] out Worker? worker) => _all.TryGetValue(child, out worker);

    internal bool Remove(IActorRef child, [NotNullWhen(true)] out Worker? worker) => _all.Remove(child, out worker);

    /// <summary>Finds an idle process for a site: one that has worked for it, otherwise a fresh one; null if there is neither.</summary>
    internal Worker? FindFor(string site)
    {
        Worker? fresh = null;
        foreach (var worker in _all.Values)
        {
            if (!worker.IsIdle)
                continue;
            if (worker.Site == site)
                return worker;
            if (worker.Site is null)
                fresh ??= worker;
        }
        return fresh;
    }

    /// <summary>Finds an idle process that has worked for a site; null if there is none.</summary>
    internal Worker? FindUsedIdle()
    {
        foreach (var worker in _all.Values)
        {
            if (worker is { IsIdle: true, Site: not null })
                return worker;
        }
        return null;
    }

    /// <summary>The processes lent to a borrower.</summary>
    internal Worker[] LentTo(IActorRef borrower) => [.. _all.Values.Where(worker => worker.Borrower.Equals(borrower))];

    /// <summary>The processes that have worked for a site and were idle for longer than <paramref name="patience"/>.</summary>
    internal Worker[] IdleFor(TimeSpan patience, TimeProvider time) =>
        [.. _all.Values.Where(worker => worker is { IsIdle: true, Site: not null } && time.GetElapsedTime(worker.IdleSince) > patience)];

    /// <summary>The lent processes.</summary>
    internal IEnumerable<Worker> AllLent() => _all.Values.Where(static worker => worker.Lease is not null);

    /// <summary>A process of the pool.</summary>
    internal sealed class Worker(IActorRef child)
    {
        internal IActorRef Child { get; } = child;

        /// <summary>Null until the process is ready.</summary>
        internal ChildRouter? Router { get; private set; }

        internal bool IsReady => Router is not null;

        internal bool IsIdle => IsReady && Lease is null;

        /// <summary>The site that the process has worked for; null while it is fresh.</summary>
        internal string? Site { get; private set; }

        /// <summary>The borrower's name for the lease; null while the process is not lent.</summary>
        internal object? Lease { get; private set; }

        internal IActorRef Borrower { get; private set; } = ActorRefs.Nobody;

        /// <summary>How often the process was lent.</summary>
        internal int Uses { get; private set; }

        /// <summary>Whether it was told to end once it is returned: it is lent no more.</summary>
        internal bool IsDraining { get; set; }

        /// <summary>Since when the process is idle, as a timestamp of the <see cref="TimeProvider"/>.</summary>
        internal long IdleSince { get; private set; }

        internal void OnReady(ChildRouter? router, long now) => (Router, IdleSince) = (router, now);

        /// <summary>Lends the process: the borrower gets its frames.</summary>
        internal ChildRouter Lend(in LeaseQueue.Request request)
        {
            (Lease, Borrower, Site) = (request.Lease, request.Borrower, request.Site);
            Uses++;
            Router!.User = Borrower;
            Router.Loan = new ChildLoan(request.Site);
            return Router;
        }

        /// <summary>Takes the process back from its borrower.</summary>
        internal void TakeBack(long now)
        {
            (Lease, Borrower, IdleSince) = (null, ActorRefs.Nobody, now);
            Router!.User = ActorRefs.Nobody;
            Router.Loan = null;
        }

        /// <summary>Ends the lease of a lost process, so that the borrower is not told of the loss again.</summary>
        internal void EndLease() => Lease = null;
    }
}
