using System.Collections.Generic;
using System.Threading.Tasks;

namespace Akka.TestKit.Internal;

/// <summary>
/// The one place where the TestKit blocks: its synchronous methods promise to return when the expectation is met.
/// What they wait for continues on the thread pool (<see cref="ActorCellKeepingSynchronizationContext"/>), so the
/// blocked thread is never the one that is needed.
/// </summary>
internal static class Blocking
{
    internal static void Run(Task task) => task.GetAwaiter().GetResult();

    internal static T Run<T>(Task<T> task) => task.GetAwaiter().GetResult();

    internal static void Run(ValueTask task) => task.AsTask().GetAwaiter().GetResult();

    internal static T Run<T>(ValueTask<T> task) => task.AsTask().GetAwaiter().GetResult();

    internal static List<T> RunToList<T>(IAsyncEnumerable<T> items) => Run(Collect(items));

    private static async Task<List<T>> Collect<T>(IAsyncEnumerable<T> items)
    {
        var list = new List<T>();
        await foreach (var item in items)
        {
            list.Add(item);
        }

        return list;
    }
}
