using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Xunit;

namespace ActorBrowser.Architecture;

/// <summary>
/// No function of a C library is called on macOS that its C library does not have: whoever may run such a call is marked as Linux's,
/// or asks first which system it runs on. A method that asks is trusted to ask before it calls.
/// </summary>
public sealed class PlatformReach
{
    // Of what we import, the functions that macOS has too, with the same arguments.
    private static readonly HashSet<string> Portable = new(StringComparer.Ordinal)
    {
        "_exit", "access", "bind", "cfmakeraw", "close", "connect", "dup2", "execve", "fcntl", "flock", "ftruncate", "getegid", "geteuid", "getppid",
        "getsockname", "getsockopt", "grantpt", "ioctl", "kevent", "kill", "kqueue", "lseek", "mkdir", "mmap", "mprotect", "munmap", "open", "pipe", "poll",
        "posix_openpt", "posix_spawn", "posix_spawn_file_actions_adddup2", "posix_spawn_file_actions_addfchdir_np", "posix_spawn_file_actions_addopen",
        "posix_spawn_file_actions_destroy", "posix_spawn_file_actions_init", "posix_spawnattr_destroy", "posix_spawnattr_init", "posix_spawnattr_setflags",
        "posix_spawnattr_setsigdefault", "posix_spawnattr_setsigmask", "pread", "pthread_sigmask", "ptsname_r", "pwrite", "read", "recvfrom", "recvmsg",
        "rmdir", "send", "sendmsg", "sendto", "setrlimit", "setsockopt", "shutdown", "sigaddset", "sigemptyset", "sigfillset", "signal", "socket", "socketpair",
        "tcgetattr", "tcsetattr", "unlockpt", "waitid", "write",
    };

    [Fact]
    public void No_call_that_only_Linux_has_is_reached_on_another_system()
    {
        var graph = Graph();
        AssertNotReached(graph, method => IsOfCLibrary(method, out var name) && !Portable.Contains(name), method => IsGuarded(graph, method));
    }

    [Fact]
    public void No_call_of_a_C_library_is_reached_on_Windows()
    {
        var graph = Graph();
        AssertNotReached(graph, static method => IsOfCLibrary(method, out _), method => IsGuarded(graph, method) || graph.Calls[method].Any(AsksForAnySystem) || IsMarked(method, "macos"));
    }

    [Fact]
    public void A_variadic_function_gets_its_argument_also_where_macOS_on_arm64_looks_for_it()
    {
        var imports = typeof(Interop.SafeDescriptor).Assembly.GetTypes().SelectMany(static type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(static method => method.GetCustomAttribute<DllImportAttribute>() is { EntryPoint: "open" or "fcntl" or "ioctl" }).ToList();
        Assert.True(imports.Count >= 3);
        // The first argument after the eight registers is the first on the stack.
        Assert.All(imports, static import => Assert.Equal(9, import.GetParameters().Length));
    }

    private static CallGraph Graph() => new(Directory.EnumerateFiles(AppContext.BaseDirectory, "*.dll")
        .Where(static file => System.IO.Path.GetFileNameWithoutExtension(file) is var name && (name.StartsWith("ActorBrowser.", StringComparison.Ordinal) || name is "actorbrowser") && name is not "ActorBrowser.TestSupport")
        .Select(static file => Assembly.LoadFrom(file)));

    private static void AssertNotReached(CallGraph graph, Func<MethodBase, bool> isForbidden, Func<MethodBase, bool> isGuarded)
    {
        var forbidden = graph.Calls.Keys.Where(isForbidden).ToList();
        Assert.True(forbidden.Count > 10);
        var reached = Reached(graph, isGuarded);
        Assert.True(reached.Count > 1000);
        var paths = forbidden.Where(reached.ContainsKey).Select(method => Path(method, reached)).ToList();
        Assert.True(paths.Count == 0, string.Join("\n", paths));
    }

    private static bool IsOfCLibrary(MethodBase method, out string name)
    {
        var import = method.GetCustomAttribute<DllImportAttribute>();
        name = import?.EntryPoint ?? method.Name;
        return import is { Value: "libc" };
    }

    // Each method that may run where nobody has asked for the system, with the one that calls it. It begins with what nobody of ours calls and with
    // what an embedder may call. A method of an object runs only if such an object was made.
    private static Dictionary<MethodBase, MethodBase?> Reached(CallGraph graph, Func<MethodBase, bool> isGuarded)
    {
        var called = graph.Calls.SelectMany(static pair => pair.Value.Where(method => method != pair.Key)).ToHashSet();
        var made = new HashSet<Type>();
        var waiting = new Dictionary<Type, List<MethodBase>>();
        var found = new Dictionary<MethodBase, MethodBase?>();
        var left = new Queue<MethodBase>();
        void Reach(MethodBase method, MethodBase? from)
        {
            if (graph.Calls.ContainsKey(method) && found.TryAdd(method, from))
                left.Enqueue(method);
        }
        foreach (var root in graph.Calls.Keys.Where(method => !called.Contains(method) || (method.IsPublic && method.DeclaringType!.IsVisible)))
            Reach(root, null);
        while (left.TryDequeue(out var method))
        {
            if (isGuarded(method))
                continue;
            for (var type = method is ConstructorInfo { IsStatic: false } ? method.DeclaringType : null; type is not null; type = type.BaseType is { IsGenericType: true } parent ? parent.GetGenericTypeDefinition() : type.BaseType)
            {
                if (made.Add(type) && waiting.Remove(type, out var those))
                    those.ForEach(left.Enqueue);
            }
            if (!method.IsStatic && method is MethodInfo && method.DeclaringType is { IsValueType: false, IsInterface: false } owner && !made.Contains(owner))
            {
                if (!waiting.TryAdd(owner, [method]))
                    waiting[owner].Add(method);
                continue;
            }
            foreach (var next in graph.Calls[method])
                Reach(next, method);
        }
        foreach (var method in waiting.Values.SelectMany(static those => those))
            found.Remove(method);
        return found;
    }

    private static bool IsGuarded(CallGraph graph, MethodBase method) =>
        IsMarked(method, "linux") || graph.Calls[method].Any(AsksForTheSystem) || graph.Reads[method].Any(static field => field.Name == "Linux");

    private static bool AsksForTheSystem(MethodBase method) => method.DeclaringType == typeof(OperatingSystem) && method.Name == nameof(OperatingSystem.IsLinux);

    private static bool AsksForAnySystem(MethodBase method) => method.DeclaringType == typeof(OperatingSystem);

    private static bool IsMarked(MemberInfo? member, string system) => member is not null
        && (member.GetCustomAttributes<SupportedOSPlatformAttribute>().Any(attribute => attribute.PlatformName == system) || IsMarked(member.DeclaringType, system));

    private static string Path(MethodBase method, Dictionary<MethodBase, MethodBase?> from)
    {
        var steps = new List<string>();
        for (MethodBase? at = method; at is not null; at = from.GetValueOrDefault(at))
            steps.Insert(0, $"{at.DeclaringType?.FullName?.Replace("ActorBrowser.", "", StringComparison.Ordinal)}.{at.Name}");
        return string.Join(" > ", steps);
    }
}
