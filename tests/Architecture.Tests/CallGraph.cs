using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace ActorBrowser.Architecture;

/// <summary>
/// Which of our methods may run which others, read from the compiled code: calls, delegates that are made, state machines, static
/// constructors, and for each type that is created, its virtual methods.
/// </summary>
internal sealed class CallGraph
{
    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly OpCode[] OneByte = new OpCode[256];
    private static readonly OpCode[] TwoBytes = new OpCode[256];

    private readonly HashSet<Assembly> _ours;

    static CallGraph()
    {
        foreach (var field in typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static))
        {
            var code = (OpCode)field.GetValue(null)!;
            (code.Size == 1 ? OneByte : TwoBytes)[code.Value & 0xff] = code;
        }
    }

    internal CallGraph(IEnumerable<Assembly> assemblies)
    {
        _ours = [.. assemblies];
        foreach (var method in _ours.SelectMany(static assembly => assembly.GetTypes()).SelectMany(static type => type.GetMethods(All).Cast<MethodBase>().Concat(type.GetConstructors(All))))
            Calls[method] = Read(method);
    }

    /// <summary>What each of our methods may run, of ours and of the runtime.</summary>
    internal Dictionary<MethodBase, HashSet<MethodBase>> Calls { get; } = [];

    /// <summary>The static fields that each method reads.</summary>
    internal Dictionary<MethodBase, HashSet<FieldInfo>> Reads { get; } = [];

    private HashSet<MethodBase> Read(MethodBase method)
    {
        var calls = new HashSet<MethodBase>();
        var reads = Reads[method] = [];
        if (method.GetCustomAttribute<StateMachineAttribute>() is { } machine)
            calls.UnionWith(Virtuals(Definition(machine.StateMachineType)));
        if (method.GetMethodBody()?.GetILAsByteArray() is not { } code)
            return calls;
        var typeArguments = method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : null;
        var methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (var at = 0; at < code.Length;)
        {
            var instruction = code[at] == 0xfe ? TwoBytes[code[++at]] : OneByte[code[at]];
            at++;
            if (instruction.OperandType is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineTok)
            {
                switch (method.Module.ResolveMember(BitConverter.ToInt32(code, at), typeArguments, methodArguments))
                {
                    case MethodBase called:
                        Add(calls, Definition(called), isCreated: instruction == OpCodes.Newobj);
                        break;
                    case FieldInfo { IsStatic: true } field:
                        reads.Add(field);
                        AddStaticConstructor(calls, Definition(field.DeclaringType!));
                        break;
                    default:
                        break;
                }
            }
            at += instruction.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, at)),
                _ => 4,
            };
        }
        return calls;
    }

    private void Add(HashSet<MethodBase> calls, MethodBase called, bool isCreated)
    {
        calls.Add(called);
        if (called.DeclaringType is not { } type || !_ours.Contains(type.Assembly))
            return;
        if (called.IsStatic || isCreated)
            AddStaticConstructor(calls, type);
        if (isCreated)
            calls.UnionWith(Virtuals(type));
    }

    private static void AddStaticConstructor(HashSet<MethodBase> calls, Type type)
    {
        if (type.TypeInitializer is { } initializer)
            calls.Add(initializer);
    }

    private static IEnumerable<MethodBase> Virtuals(Type type) => type.GetMethods(All).Where(static method => method.IsVirtual);

    private static Type Definition(Type type) => type.IsGenericType ? type.GetGenericTypeDefinition() : type;

    // A method of a generic type is one method, whatever its types.
    private static MethodBase Definition(MethodBase method)
    {
        if (method is MethodInfo { IsGenericMethod: true, IsGenericMethodDefinition: false } generic)
            method = generic.GetGenericMethodDefinition();
        return method.DeclaringType is { IsConstructedGenericType: true } type
            ? type.GetGenericTypeDefinition().GetMembers(All).OfType<MethodBase>().FirstOrDefault(other => other.MetadataToken == method.MetadataToken) ?? method
            : method;
    }
}
