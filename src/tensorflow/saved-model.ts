import { createRequire } from 'node:module'
import { join } from 'node:path'
import { carriedPackage } from '../carried-package.ts'
import { attributeTypes, type BindingAttribute } from './backend.ts'
import type { ConstantTensor, GraphNode } from './graph.ts'

/** The version of TensorFlow's graph format that these graphs are written in: TensorFlow 2.9's, read by all later ones. */
const graphVersion = 1087

/** Encodes a graph as the bytes of `saved_model.pb`, tagged `serve`. It needs no signatures: feeds and fetches go by name. */
export function encodeSavedModel(nodes: readonly GraphNode[]): Uint8Array {
  const { GraphDef, MetaGraphDef, SavedModel, VersionDef } = protobufs()
  const graph = new GraphDef()
  graph.setVersions(new VersionDef().setProducer(graphVersion))
  graph.setNodeList(nodes.map(encodeNode))
  const metaGraph = new MetaGraphDef()
    .setMetaInfoDef(new MetaGraphDef.MetaInfoDef().setTagsList(['serve']))
    .setGraphDef(graph)
  return new SavedModel().setSavedModelSchemaVersion(1).setMetaGraphsList([metaGraph]).serializeBinary()
}

function encodeNode(node: GraphNode): Message {
  const message = new (protobufs().NodeDef)().setName(node.name).setOp(node.op)
  message.setInputList(node.inputs)
  const attributes = message.getAttrMap()
  for (const attribute of node.attributes) attributes.set(attribute.name, encodeAttribute(attribute))
  if (node.tensor !== undefined) {
    attributes.set('value', new (protobufs().AttrValue)().setTensor(encodeTensor(node.tensor)))
  }
  return message
}

function encodeAttribute({ name, type, value }: BindingAttribute): Message {
  const { AttrValue } = protobufs()
  const attribute = new AttrValue()
  if (Array.isArray(value) && type !== attributeTypes.shape) {
    return attribute.setList(encodeList(name, type, value as readonly unknown[]))
  }
  switch (type) {
    case attributeTypes.type:
      return attribute.setType(value)
    case attributeTypes.int:
      return attribute.setI(value)
    case attributeTypes.float:
      return attribute.setF(value)
    case attributeTypes.bool:
      return attribute.setB(value)
    case attributeTypes.string:
      return attribute.setS(Buffer.from(String(value)))
    case attributeTypes.shape:
      return attribute.setShape(encodeShape(value as readonly number[]))
    default:
      throw new Error(`attribute ${name}: unknown type ${type}`)
  }
}

function encodeList(name: string, type: number, values: readonly unknown[]): Message {
  const list = new (protobufs().AttrValue.ListValue)()
  switch (type) {
    case attributeTypes.type:
      return list.setTypeList(values)
    case attributeTypes.int:
      return list.setIList(values)
    case attributeTypes.float:
      return list.setFList(values)
    case attributeTypes.bool:
      return list.setBList(values)
    case attributeTypes.string:
      return list.setSList(values.map((value) => Buffer.from(String(value))))
    default:
      throw new Error(`attribute ${name}: unknown type ${type} of a list`)
  }
}

function encodeTensor({ dtype, shape, bytes }: ConstantTensor): Message {
  return new (protobufs().Tensor)().setDtype(dtype).setTensorShape(encodeShape(shape)).setTensorContent(bytes)
}

function encodeShape(shape: readonly number[]): Message {
  const { TensorShape } = protobufs()
  return new TensorShape().setDimList(shape.map((size) => new TensorShape.Dim().setSize(size)))
}

type Field =
  | ('Versions' | 'NodeList' | 'Producer' | 'MetaInfoDef' | 'TagsList' | 'GraphDef' | 'MetaGraphsList')
  | ('SavedModelSchemaVersion' | 'Name' | 'Op' | 'InputList' | 'Tensor' | 'List' | 'Type' | 'I' | 'F' | 'B' | 'S')
  | ('Shape' | 'TypeList' | 'IList' | 'FList' | 'BList' | 'SList' | 'Dtype' | 'TensorShape' | 'TensorContent')
  | ('DimList' | 'Size')

/** The setters of google-protobuf's classes return the message itself. */
type Message = Record<`set${Field}`, (value: unknown) => Message> & {
  getAttrMap(): { set(name: string, value: Message): void }
  serializeBinary(): Uint8Array
}
type MessageClass<Nested extends string = never> = (new () => Message) & Record<Nested, new () => Message>

interface Protobufs {
  readonly AttrValue: MessageClass<'ListValue'>
  readonly GraphDef: MessageClass
  readonly MetaGraphDef: MessageClass<'MetaInfoDef'>
  readonly NodeDef: MessageClass
  readonly SavedModel: MessageClass
  readonly Tensor: MessageClass
  readonly TensorShape: MessageClass<'Dim'>
  readonly VersionDef: MessageClass
}

let loaded: Protobufs | undefined

/** tfjs-node's own classes; they come untyped, and only when a graph is written. */
function protobufs(): Protobufs {
  loaded ??= createRequire(import.meta.url)(
    join(carriedPackage('@tensorflow/tfjs-node'), 'dist', 'proto', 'api_pb.js'),
  ) as Protobufs
  return loaded
}
