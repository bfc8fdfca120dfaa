using System.Globalization;
using System.Text;
using ActorBrowser.Interop;
using ActorBrowser.Sandbox;

namespace ActorBrowser.Cli;

/// <summary>
/// Finds out before a browser starts whether this process may have the threads and files that one needs. Later it would be too late: for a thread
/// that it cannot start, the runtime ends the process, or waits for ever.
/// </summary>
internal static class ProcessRoom
{
    // What exec uses on two processors, its children's and the command's first threads among them.
    private const int NeededThreads = 24;
    private const int NeededFiles = 128;

    // Below it the runtime ends the process at the first thread or piece of memory that it does not get.
    private const ulong NeededSpace = 7UL << 29;

    // Children's threads count, too, and others of the user may start at the same time.
    private const int AmpleThreads = 8 * NeededThreads;

    private static readonly TimeSpan s_startTime = TimeSpan.FromSeconds(10);

    /// <summary>Checks the limits.</summary>
    /// <exception cref="NoRoomException">One is too low.</exception>
    internal static void Check()
    {
        if (!OperatingSystem.IsLinux())
            return;
        var files = ProcessLimits.Get(ProcessLimit.Descriptors).Soft;
        if (files < NeededFiles)
            throw new NoRoomException($"the limit of open files (ulimit -n) is {files}, and a browser needs {NeededFiles}: raise it; commands need 1024");
        var space = ProcessLimits.Get(ProcessLimit.AddressSpace).Soft;
        if (space < NeededSpace && !ChildExecutable.Current.IsNative)
            throw new NoRoomException($"the limit of address space (ulimit -v) is {space >> 10} KiB, and a browser that is compiled as it runs needs {NeededSpace >> 10}: raise it; exec --memory limits a command");
        if (!HasAmpleThreads() && !TryStart(NeededThreads))
            throw new NoRoomException($"a browser needs {NeededThreads} threads more than this user may have: {Limits()}");
    }

    /// <summary>The sentence for a failure of the runtime to get memory or a thread; null if it is another.</summary>
    internal static string? Describe(Exception failure) => failure switch
    {
        // The runtime's thread for signals could not be started.
        TypeInitializationException { InnerException: IOException { HResult: var errno } } when errno == Errno.WouldBlock => Describe(new OutOfMemoryException()),
        OutOfMemoryException or ThreadStartException => $"there is no memory, or no thread can be started: {Limits()}",
        TaskSchedulerException or TypeInitializationException or AggregateException { InnerExceptions.Count: 1 } when failure.InnerException is { } inner => Describe(inner),
        _ => null,
    };

    private static string Limits()
    {
        if (!OperatingSystem.IsLinux())
            return "this machine has none to spare";
        var (threads, space) = (ProcessLimits.Get(ProcessLimit.Processes).Soft, ProcessLimits.Get(ProcessLimit.AddressSpace).Soft);
        return $"the user's limit of processes and threads (ulimit -u) is {Text(threads)}, that of address space (ulimit -v) is {Text(space == ProcessLimits.Unlimited ? space : space >> 10)}; a control group may have another (pids.max)";
    }

    private static string Text(ulong limit) => limit == ProcessLimits.Unlimited ? "unlimited" : limit.ToString(CultureInfo.InvariantCulture);

    // If the whole machine has fewer threads than this user may have, no other look is needed.
    private static bool HasAmpleThreads()
    {
        if (ProcessLimits.Get(ProcessLimit.AddressSpace).Soft != ProcessLimits.Unlimited)
            return false;
        var limit = ProcessLimits.Get(ProcessLimit.Processes).Soft;
        return limit == ProcessLimits.Unlimited || (ThreadsOfMachine() is { } threads && threads + AmpleThreads <= limit);
    }

    // The fourth field: those that run, a slash, all.
    private static ulong? ThreadsOfMachine()
    {
        Span<byte> buffer = stackalloc byte[128];
        var length = SmallFile.TryRead("/proc/loadavg", buffer);
        var fields = length < 0 ? [] : Encoding.ASCII.GetString(buffer[..length]).Split(' ');
        return fields.Length > 3 && ulong.TryParse(fields[3].Split('/')[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var threads) ? threads : null;
    }

    // All at the same time.
    private static bool TryStart(int count)
    {
        using var over = new ManualResetEventSlim();
        var started = new List<Thread>(count);
        try
        {
            for (var i = 0; i < count; i++)
            {
                var thread = new Thread(static over => ((ManualResetEventSlim)over!).Wait(s_startTime)) { IsBackground = true, Name = "room" };
                thread.Start(over);
                started.Add(thread);
            }
            return true;
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            return false;
        }
        finally
        {
            over.Set();
            started.ForEach(static thread => thread.Join());
        }
    }
}

/// <summary>A limit of the machine is too low for a browser: exit code 69.</summary>
/// <param name="message">One sentence, without its full stop.</param>
internal sealed class NoRoomException(string message) : Exception(message);
