using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace ActorBrowser.Transport;

/// <summary>
/// A plugin's assembly and what it brings along. The contract's assembly, and those that it references, are the program's own, so
/// that both sides mean the same types; everything else comes from the plugin's folder first.
/// </summary>
[RequiresUnreferencedCode(Why), RequiresDynamicCode(Why)]
internal sealed class PluginContext : AssemblyLoadContext
{
    internal const string Why = "A plugin is an assembly that is loaded at run time: a trimmed or native program does not have what it needs.";

    private readonly string _folder;
    private readonly HashSet<string> _shared = new(StringComparer.OrdinalIgnoreCase);

    private PluginContext(string folder, Assembly contract) : base("plugin")
    {
        _folder = folder;
        Share(contract);
    }

    /// <summary>Loads an assembly and creates the object of its class that implements the contract.</summary>
    /// <typeparam name="TContract">The contract.</typeparam>
    /// <param name="path">The assembly's full path.</param>
    /// <exception cref="InvalidOperationException">It cannot be loaded, or has no such class, or more than one.</exception>
    internal static TContract Create<TContract>(string path) where TContract : class
    {
        if (!RuntimeFeature.IsDynamicCodeSupported)
            throw new InvalidOperationException($"A native program cannot load the plugin '{path}': its children have to run a program for the JIT.");
        if (path.Length == 0)
            throw new InvalidOperationException($"No file was named for the plugin of {typeof(TContract)}: add it by AddPlugin instead of AddRole.");
        try
        {
            var assembly = new PluginContext(Path.GetDirectoryName(path)!, typeof(TContract).Assembly).LoadFromAssemblyPath(path);
            var found = assembly.GetExportedTypes().Where(static type => type is { IsClass: true, IsAbstract: false } && type.IsAssignableTo(typeof(TContract))).ToArray();
            return found.Length == 1 ? (TContract)Activator.CreateInstance(found[0])!
                : throw new InvalidOperationException(found.Length == 0
                    ? $"it has no public class that implements {typeof(TContract)}"
                    : $"more than one public class implements {typeof(TContract)}: {string.Join(", ", found.Select(static type => type.FullName))}");
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            var thrown = (e as TargetInvocationException)?.InnerException;
            throw new InvalidOperationException($"The plugin '{path}' cannot be used: {(thrown is null ? e.Message : $"its constructor failed with {thrown.GetType()}: {thrown.Message}")}", thrown);
        }
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (assemblyName.Name is not { } name || _shared.Contains(name))
            return null;
        var path = Path.Combine(_folder, assemblyName.CultureName ?? "", name + ".dll");
        return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
    }

    /// <inheritdoc/>
    protected override nint LoadUnmanagedDll(string unmanagedDllName)
    {
        foreach (var name in (ReadOnlySpan<string>)[unmanagedDllName, $"lib{unmanagedDllName}.so", $"{unmanagedDllName}.dll"])
        {
            var path = Path.Combine(_folder, name);
            if (File.Exists(path))
                return LoadUnmanagedDllFromPath(path);
        }
        return 0;
    }

    private void Share(Assembly assembly)
    {
        if (!_shared.Add(assembly.GetName().Name!))
            return;
        foreach (var name in assembly.GetReferencedAssemblies())
        {
            if (!_shared.Contains(name.Name!) && TryLoad(name) is { } referenced)
                Share(referenced);
        }
    }

    private static Assembly? TryLoad(AssemblyName name)
    {
        try
        {
            return Default.LoadFromAssemblyName(name);
        }
        catch (IOException)
        {
            // The program does not have it: the plugin may.
            return null;
        }
    }
}
